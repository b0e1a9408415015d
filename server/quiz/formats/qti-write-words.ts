import { readMarked } from '../marked-text.ts'
import { htmlOfPlain } from './markup.ts'
import { mapping, outcomeDeclaration, responseDeclaration, rulesIn, type Pen } from './qti-pen.ts'
import { markOf, type Of, type Parts } from './qti-write-parts.ts'

/** A text each of whose words is hot. What is right in place of an error is the feedback of it. */
export function errorText (definition: Of<'error-text'>, pen: Pen): Parts {
  const { text, scoring, wrongPenalty } = definition
  const { el } = pen
  const { variable, base, set, when, add } = rulesIn(el)
  const mark = markOf(definition)
  const { plain, tokens, errors } = readMarked(pen.notes.text(text))
  const wrong = new Set(errors.flatMap(error => error.tokens))
  const penalty = wrongPenalty ?? 1 / errors.length
  const found = errors.map(error => el('contains', {}, variable(), el('multiple', {}, ...error.tokens.map(key => base('identifier', key)))))
  const lost = el('product', {}, el('mapResponse', { identifier: 'RESPONSE' }), base('float', penalty * mark))
  const isNothing = el('lt', {}, variable('SCORE'), base('float', 0))
  const rules = scoring === 'all-or-nothing'
    ? [when(el('and', {}, ...found, el('equal', { toleranceMode: 'exact' }, el('mapResponse', { identifier: 'RESPONSE' }), base('float', 0))), [set('SCORE', variable('MAXSCORE'))])]
    : [...found.map(test => when(test, [add('FOUND', 1)])), set('SCORE', el('subtract', {}, el('divide', {}, el('product', {}, variable('FOUND'), base('float', mark)), base('float', errors.length)), lost)), when(isNothing, [set('SCORE', base('float', 0))])]
  const told = errors.flatMap(({ correction }, index) => correction === '' ? [] : [{ identifier: `CORRECTION_${index + 1}`, text: correction, test: found[index]! }])
  return {
    declarations: [
      responseDeclaration(el, 'RESPONSE', 'multiple', 'identifier', [...wrong], mapping(el, tokens.filter(({ key }) => !wrong.has(key)).map(({ key }) => [key, 1] as const), { defaultValue: 0 })),
      ...scoring === 'all-or-nothing' ? [] : [outcomeDeclaration(el, 'FOUND', 'single', 'float', 0)]
    ],
    body: el('hottextInteraction', { responseIdentifier: 'RESPONSE', maxChoices: 0, class: 'error-text' }, `<p>${hotWords(plain, tokens.map(({ key, text }) => ({ key, text })), errors, el)}</p>`),
    rules: [...rules, ...told.map(({ identifier, test }) => when(test, [set('FEEDBACK', el('multiple', {}, variable('FEEDBACK'), base('identifier', identifier)))]))],
    feedback: told.map(({ identifier, text }) => ({ identifier, text, isPlain: true }))
  }
}

/** The plain text with a hottext for each word; of a word that an error has a part of, that part. */
function hotWords (plain: string, tokens: readonly { readonly key: string, readonly text: string }[], errors: ReturnType<typeof readMarked>['errors'], el: Pen['el']): string {
  const parts: string[] = []
  let at = 0
  for (const { key, text } of tokens) {
    const begin = plain.indexOf(text, at)
    const error = errors.find(({ tokens }) => tokens.includes(key))
    const [from, to] = error === undefined ? [begin, begin + text.length] : [Math.max(begin, error.start), Math.min(begin + text.length, error.end)]
    parts.push(written(plain.slice(at, from)), el('hottext', { identifier: key }, written(plain.slice(from, to))))
    at = to
  }
  return [...parts, written(plain.slice(at))].join('')
}

/** Spaces at the ends of a part of a text stay. */
function written (text: string): string {
  const [, before = '', words = '', after = ''] = /^(\s*)(.*?)(\s*)$/s.exec(text)!
  const breaks = (space: string): string => space.replaceAll('\n', '<br/>')
  return `${breaks(before)}${htmlOfPlain(words)}${breaks(after)}`
}
