import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

/** Scripts of the fonts that are always loaded. Libertinus Serif has Latin, Cyrillic, Greek and Hebrew; Noto Sans adds
 * Devanagari; Noto Sans Hans has Chinese characters and Japanese kana. */
const COMMON_SCRIPTS = ['Latin', 'Cyrillic', 'Greek', 'Hebrew', 'Arabic', 'Han', 'Hiragana', 'Katakana', 'Devanagari']
const COMMON_EXPO_FONTS = ['libertinus-serif/400Regular/LibertinusSerif_400Regular', 'libertinus-serif/700Bold/LibertinusSerif_700Bold', 'libertinus-mono/400Regular/LibertinusMono_400Regular']
const COMMON_EMBEDPDF_FONTS: readonly (readonly [folder: string, file: string])[] = [
  ['@embedpdf/fonts-latin', 'NotoSans-Regular.ttf'],
  ['@embedpdf/fonts-arabic', 'NotoNaskhArabic-Regular.ttf'],
  ['@embedpdf/fonts-arabic', 'NotoNaskhArabic-Bold.ttf'],
  ['@embedpdf/fonts-sc', 'NotoSansHans-Regular.otf']
]

/** The font family of each further script, by its name in Unicode (UAX #24). */
const FURTHER_FONTS: Readonly<Record<string, string>> = {
  Armenian: 'Noto Sans Armenian',
  Bengali: 'Noto Serif Bengali',
  Ethiopic: 'Noto Sans Ethiopic',
  Georgian: 'Noto Sans Georgian',
  Gujarati: 'Noto Sans Gujarati',
  Gurmukhi: 'Noto Sans Gurmukhi',
  Hangul: 'Nanum Myeongjo',
  Kannada: 'Noto Sans Kannada',
  Khmer: 'Noto Sans Khmer',
  Lao: 'Noto Sans Lao',
  Malayalam: 'Noto Sans Malayalam',
  Myanmar: 'Noto Sans Myanmar',
  Oriya: 'Noto Sans Oriya',
  Sinhala: 'Noto Sans Sinhala',
  Tamil: 'Noto Sans Tamil',
  Telugu: 'Noto Serif Telugu',
  Thaana: 'Noto Sans Thaana',
  Thai: 'Noto Sans Thai',
  Tibetan: 'Noto Serif Tibetan'
}

/** Scripts in use for which there is no font. */
const OTHER_SCRIPTS = ['Adlam', 'Bopomofo', 'Cherokee', 'Javanese', 'Meetei_Mayek', 'Mongolian', 'Nko', 'Ol_Chiki', 'Syriac', 'Tai_Tham', 'Tifinagh', 'Vai', 'Yi']

const resolve = createRequire(import.meta.url).resolve

/** The families that a text needs beside the common fonts.
 * @returns names as the fonts state them, such as `Noto Sans Khmer`; empty for most texts */
export function furtherFamilies (text: string): readonly string[] {
  return Object.entries(FURTHER_FONTS).filter(([script]) => hasScript(text, script)).map(([, family]) => family)
}

/** The letters of a text in scripts for which no font is at hand: they show as boxes unless the machine has a font.
 * @returns script names of Unicode, such as `Mongolian`; empty when all can be set */
export function scriptsWithoutFont (text: string): readonly string[] {
  const known = [...COMMON_SCRIPTS, ...Object.keys(FURTHER_FONTS), 'Common', 'Inherited'].map((script) => `\\p{Script=${script}}`)
  const rest = text.replace(new RegExp(`[${known.join('')}]`, 'gu'), '')
  const names = OTHER_SCRIPTS.filter((script) => hasScript(rest, script))
  return rest === '' || names.length > 0 ? names : ['Unknown']
}

/** The files of the common fonts, and with `further` those of all further scripts as well: 6 MB more. */
export function readFonts (further: boolean): Promise<Buffer[]> {
  // These packages export their module only; its folder is dist/, and the fonts lie beside that.
  const files = COMMON_EMBEDPDF_FONTS.map(([name, file]) => join(dirname(resolve(name)), '..', 'fonts', file))
  const expo = further
    ? [...COMMON_EXPO_FONTS, ...Object.values(FURTHER_FONTS).map((family) => `${family.toLowerCase().replaceAll(' ', '-')}/400Regular/${family.replaceAll(' ', '')}_400Regular`)]
    : COMMON_EXPO_FONTS
  files.push(...expo.map((name) => resolve(`@expo-google-fonts/${name}.ttf`)))
  return Promise.all(files.map((file) => readFile(file)))
}

function hasScript (text: string, script: string): boolean {
  return new RegExp(`\\p{Script=${script}}`, 'u').test(text)
}
