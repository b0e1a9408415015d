import { romanised } from './pinyin.ts'

/** Cyrillic and Arabic letters as names are commonly written in Latin ones. Not a scholarly transliteration: it is to bring
 * together what passports of different years and offices write for one name. */
const LETTERS: Readonly<Record<string, string>> = {
  а: 'a', б: 'b', в: 'v', г: 'g', д: 'd', е: 'e', ё: 'e', ж: 'zh', з: 'z', и: 'i', й: 'i', к: 'k', л: 'l', м: 'm', н: 'n', о: 'o', п: 'p', р: 'r',
  с: 's', т: 't', у: 'u', ф: 'f', х: 'kh', ц: 'ts', ч: 'ch', ш: 'sh', щ: 'shch', ъ: '', ы: 'y', ь: '', э: 'e', ю: 'iu', я: 'ia', і: 'i', ї: 'i', є: 'ie', ґ: 'g',
  ا: 'a', أ: 'a', إ: 'i', آ: 'a', ٱ: 'a', ب: 'b', ت: 't', ث: 'th', ج: 'j', ح: 'h', خ: 'kh', د: 'd', ذ: 'dh', ر: 'r', ز: 'z', س: 's', ش: 'sh', ص: 's',
  ض: 'd', ط: 't', ظ: 'z', ع: '', غ: 'gh', ف: 'f', ق: 'q', ك: 'k', ک: 'k', ل: 'l', م: 'm', ن: 'n', ه: 'h', ة: 'a', و: 'u', ؤ: 'u', ي: 'i', ی: 'i', ى: 'a', ئ: 'i', ء: '',
  ı: 'i', ß: 'ss', æ: 'ae', ø: 'o', ł: 'l', đ: 'd', ð: 'd', þ: 'th', œ: 'oe'
}

/** What names of one person have in common, whatever the order of their parts, accents, script or spelling of vowels: two
 * people of one country with the same key may be one, which a person has to judge. '' for a name without letters.
 * @example
 * nameKey('Mohammed AL-AHMAD') === nameKey('محمد الأحمد')      // 'hmd mhmd'
 * nameKey('José Núñez') === nameKey('NUNEZ Jose')
 * nameKey('王小明') === nameKey('Xiaoming WANG') */
export function nameKey (name: string): string {
  return inLatin(name).split(/[^\p{L}]+/u)
    .map((part, index, parts) => withoutArticle(part, parts.length))
    .filter((part) => part !== '')
    .map(skeleton)
    .sort()
    .join(' ')
}

/** A text in small Latin letters without accents, as far as its script is known; other signs stay as they are. */
export function inLatin (text: string): string {
  const romanisedHan = text.normalize('NFKC').replace(/\p{Script=Han}+/gu, (name) => ` ${romanised(name)} `)
  return [...romanisedHan.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase()].map((letter) => LETTERS[letter] ?? letter).join('')
}

// The article is written apart, joined or left out: al-Ahmad, Alahmad, Ahmad.
function withoutArticle (part: string, parts: number): string {
  if (part === 'al' || part === 'el' || part === 'bin' || part === 'ibn' || part === 'binti' || part === 'bint') return parts > 1 ? '' : part
  return /^[ae]l[a-z]{4,}$/.test(part) ? part.slice(2) : part
}

/** What is left of a word in Latin letters when it is heard rather than read: its consonants, each once in a row, q and c as k,
 * x as ks, kh as h; the first vowel of a word that begins with one is left out too. Never ''. */
export function skeleton (part: string): string {
  const consonants = part.replace(/dzh/g, 'j').replace(/tch/g, 'ch').replace(/sch/g, 'sh').replace(/kh/g, 'h').replace(/x/g, 'ks').replace(/[qc](?!h)/g, 'k').replace(/ph/g, 'f').replace(/[aeiouyw']/g, '').replace(/(.)\1+/gu, '$1')
  return consonants === '' ? part : consonants
}
