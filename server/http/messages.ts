import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { IntlMessageFormat } from 'intl-messageformat'
import { makeRecent } from '../recent.ts'
import { loadSentences, type Sentence } from './sentences.ts'

export type MessageValues = Readonly<Record<string, string | number | Date | boolean | null | undefined>>

/** One language's way of saying things. */
export interface Translate {
  (key: string, values?: MessageValues): string
  /** what the engine and the readers of files say in English (`sentences.ts`) */
  readonly sentence: Sentence
}

export interface Messages {
  /** Languages there is a catalogue for, the first being the fall-back. */
  readonly languages: readonly string[]
  readonly translate: (language: string) => Translate
  /** The best of `languages` for an Accept-Language header or a person's locale. */
  readonly choose: (wanted: string | undefined) => string
  /** Every key of one language: for the test that names what is missing. */
  readonly keys: (language: string) => readonly string[]
}

export const FIRST_LANGUAGE = 'en'
/** How many messages with values are kept as they were said, in each language. */
const KEPT_SAYINGS = 5000
const RIGHT_TO_LEFT = new Set(['ar', 'fa', 'he', 'ur', 'ps', 'ckb', 'dv'])

export function directionOf (language: string): 'ltr' | 'rtl' {
  return RIGHT_TO_LEFT.has(language.split('-')[0] ?? '') ? 'rtl' : 'ltr'
}

/** Reads the catalogues: `<folder>/<language>/*.json`, flat objects of key → ICU message, each parsed when it is first said. A key
 * that a language lacks is said in English; a key that English lacks is a bug and throws. Beside the folder stands
 * `sentences/<language>.json`: what the engine says in English.
 * @throws Error naming file and key when a key stands twice; `translate` does when a message does not parse */
export function loadMessages (folder: string): Messages {
  const catalogues = new Map<string, Map<string, Message>>()
  for (const language of readdirSync(folder).sort((a, b) => Number(b === FIRST_LANGUAGE) - Number(a === FIRST_LANGUAGE) || a.localeCompare(b))) {
    const catalogue = new Map<string, Message>()
    for (const file of readdirSync(join(folder, language)).filter((name) => name.endsWith('.json'))) {
      const texts = JSON.parse(readFileSync(join(folder, language, file), 'utf8')) as Record<string, string>
      for (const [key, text] of Object.entries(texts)) {
        if (catalogue.has(key)) throw new Error(`locales/${language}/${file}: '${key}' stands twice`)
        catalogue.set(key, parsedOnce(text, language, `locales/${language}/${file}: '${key}'`))
      }
    }
    catalogues.set(language, catalogue)
  }
  const languages = [...catalogues.keys()]
  const first = catalogues.get(FIRST_LANGUAGE)
  if (first === undefined) throw new Error(`locales/${FIRST_LANGUAGE} is missing`)
  const translate = (language: string): Translate => {
    const catalogue = catalogues.get(language) ?? first
    const said = makeRecent<string>(KEPT_SAYINGS)
    const { say: sentence } = loadSentences(join(folder, '..', 'sentences', `${language}.json`))
    return Object.assign((key: string, values: MessageValues = {}) => {
      const message = catalogue.get(key) ?? first.get(key)
      if (message === undefined) throw new Error(`no message '${key}' in locales/${FIRST_LANGUAGE}`)
      if (typeof message === 'string') return message
      // Most messages with a number in them are said again and again with the same one.
      const name = key + JSON.stringify(values)
      return said.get(name) ?? said.keep(name, String(message().format(values)))
    }, { sentence })
  }
  const translates = new Map(languages.map((language) => [language, translate(language)]))
  return {
    languages,
    translate: (language) => translates.get(language) ?? translate(language),
    choose: (wanted) => {
      for (const tag of (wanted ?? '').split(',')) {
        const base = tag.trim().split(/[-;]/)[0]?.toLowerCase() ?? ''
        if (catalogues.has(base)) return base
      }
      return FIRST_LANGUAGE
    },
    keys: (language) => [...(catalogues.get(language)?.keys() ?? [])]
  }
}

/** Parsed when it is first said; one without a value in it says the same always and is kept as the text it is. */
type Message = (() => IntlMessageFormat) | string

function parsedOnce (text: string, language: string, where: string): Message {
  if (!/[{}']/.test(text)) return text
  let parsed: IntlMessageFormat | undefined
  return () => {
    try {
      // Western digits in every language: serials, marks and dates are compared across papers and screens.
      return parsed ??= new IntlMessageFormat(text, `${language}-u-nu-latn`, undefined, { ignoreTag: true })
    } catch (cause) {
      throw new Error(`${where} is no ICU message`, { cause })
    }
  }
}
