import fc from 'fast-check'
import { keyOf, letter, type NamedQuestion } from '../../../server/quiz/formats/format.ts'
import { htmlOfPlain, markdownOfPlain } from '../../../server/quiz/formats/markup.ts'
import { checkQuestion, type QuestionDefinition } from '../../../server/quiz/quiz.ts'

// Questions made at random, in the one form that a format writes each in: what the formats have in common to try.

const WORDS = [
  'mule', 'bank', 'a = b', '{x}', '~50%', '%50%', '#1', '::', '->', '[html]', '\\', '\\n', '=', '}', '//', '####', '<b>', '&amp;', '&', '"', "'", '*', '_a_', '__', '1.', '- x',
  'A)', 'ANSWER: A', 'T', 'احتيال', '钱骡', 'é', '😀', ']]>', '<!--', '\u00a0', '|', '`', '$CATEGORY:', '[id:x]', ',', ';', '@@PLUGINFILE@@/a.png'
]

/** One line of words, without spaces at its ends. */
export const line: fc.Arbitrary<string> = fc.array(fc.oneof(fc.constantFrom(...WORDS), fc.string({ maxLength: 5 })), { minLength: 1, maxLength: 5 })
  .map(words => words.join(' ').replace(/[\u0000-\u001f\u007f-\u009f\ufdd0-\ufdd6\ufffe\uffff]/g, '').replace(/\s+/g, ' ').trim())
  .filter(text => /[\p{L}\p{N}]/u.test(text))

const name = line.filter(text => !/^\$.*\$/.test(text) && !/^\s*[$/]/.test(text) && !text.includes('//') && text !== 'top' && !text.endsWith('/'))

/** A text of a question in its markup: any, or only what plain text can say. */
export interface Texts { readonly markup: 'markdown' | 'html', readonly text: fc.Arbitrary<string>, readonly plain: fc.Arbitrary<string> }

export const texts: Readonly<Record<'markdown' | 'html', Texts>> = {
  markdown: { markup: 'markdown', text: fc.oneof(line, fc.tuple(line, line).map(lines => lines.join('\n'))), plain: line.map(markdownOfPlain) },
  html: { markup: 'html', text: fc.oneof(line.map(htmlOfPlain), line.map(text => `<p>${htmlOfPlain(text)}</p>`), line), plain: line.map(htmlOfPlain) }
}

const parts = fc.constantFrom(0.1, 0.3333333, 0.5, 0.75, 0.9)
const number = fc.oneof(fc.integer({ min: -1000, max: 1000 }), fc.double({ min: -1e6, max: 1e6, noNaN: true }).map(value => Number(value.toPrecision(6)))).map(value => value === 0 ? 0 : value)

const optional = <T, K extends string>(key: K, value: fc.Arbitrary<T>): fc.Arbitrary<{ readonly [key in K]?: T }> =>
  fc.option(value, { nil: undefined }).map(value => (value === undefined ? {} : { [key]: value }) as { readonly [key in K]?: T })

const merged = (...of: readonly fc.Arbitrary<object>[]): fc.Arbitrary<object> => fc.tuple(...of).map(all => Object.assign({}, ...all) as object)

/** Numbers that are accepted, with what each earns. */
export function acceptedNumbers (feedback: fc.Arbitrary<string>): fc.Arbitrary<object[]> {
  const earns = fc.oneof(fc.constant({}), parts.map(fraction => ({ fraction })), fc.constant({ fraction: 0 }))
  const tolerance = optional('tolerance', fc.constantFrom(0.5, 1, 0.001))
  return fc.tuple(
    merged(fc.record({ value: number }), tolerance, optional('feedback', feedback)),
    fc.array(merged(fc.oneof(fc.record({ value: number }), fc.tuple(number, number).map(([a, b]) => ({ min: Math.min(a, b), max: Math.max(a, b) }))), earns, optional('feedback', feedback)), { minLength: 1, maxLength: 3 })
  ).map(([first, more]) => [first, ...more])
}

/** Texts that are accepted; `written` what the format can say of them. */
export function acceptedTexts (written: fc.Arbitrary<string>, feedback: fc.Arbitrary<string>): fc.Arbitrary<unknown[]> {
  const more = fc.oneof<fc.Arbitrary<unknown>[]>(
    written,
    merged(fc.record({ text: written, fraction: fc.oneof(parts, fc.constant(0)) }), optional('feedback', feedback)),
    merged(fc.record({ text: written, feedback }))
  )
  return fc.tuple(written, fc.array(more, { maxLength: 3 })).map(([first, more]) => [first, ...more])
}

/** A single choice, or several with fractions. */
export function choices ({ text }: Pick<Texts, 'text'>, feedback: fc.Arbitrary<object>): fc.Arbitrary<object> {
  const some = fc.array(fc.tuple(text, feedback), { minLength: 2, maxLength: 5 })
  const listed = (of: readonly (readonly [string, object])[], worth: (index: number) => object): object[] => of.map(([text, feedback], index) => ({ key: letter(index), text, ...worth(index), ...feedback }))
  return fc.oneof(
    fc.tuple(some, fc.nat(4), fc.boolean()).map(([of, at, half]) => ({
      kind: 'choice', choices: listed(of, index => index === at % of.length ? { correct: true } : half && index === (at + 1) % of.length ? { fraction: 0.5 } : {})
    })),
    some.map(of => ({ kind: 'choice', maxChoices: 0, choices: listed(of, index => index < 2 ? { fraction: 0.5 } : index === 2 ? { fraction: -0.5 } : {}) }))
  )
}

export function feedbackOf ({ text }: Texts): fc.Arbitrary<object> {
  return optional('feedback', text)
}

/** Stems with their choices, and choices of no stem. */
export function pairs (stem: fc.Arbitrary<string>, choice: fc.Arbitrary<string>): fc.Arbitrary<object> {
  return fc.tuple(fc.array(stem, { minLength: 2, maxLength: 4 }), fc.uniqueArray(choice, { minLength: 2, maxLength: 5 })).map(([stems, choices]) => ({
    kind: 'match',
    // Choices have their keys by where they come first.
    stems: stems.map((text, index) => ({ key: String(index + 1), text, choice: letter(index % choices.length) })),
    choices: choices.map((text, index) => ({ key: letter(index), text }))
  }))
}

export { merged, optional, number, parts }

/** Whole questions of what a kind has of its own. Keys are unique, as within a bank. */
export function bank (kinds: readonly { readonly markup: 'markdown' | 'html', readonly texts: Texts, readonly own: fc.Arbitrary<object> }[], common: (texts: Texts) => fc.Arbitrary<object>): fc.Arbitrary<NamedQuestion[]> {
  const one = fc.oneof(...kinds.map(({ markup, texts, own }) => fc.tuple(
    name, fc.array(name, { minLength: 1, maxLength: 3 }), texts.text, own, common(texts), fc.constantFrom('easy', 'medium', 'hard')
  ).map(([name, category, prompt, own, common, difficulty]) => ({ name, category, markup, prompt, own, common, difficulty }))))
  return fc.array(one, { minLength: 1, maxLength: 6 }).map(questions => questions.flatMap(({ name, category, markup, prompt, own, common, difficulty }, index) => {
    const checked = checkQuestion({
      key: `q${index}`, topic: keyOf(category.at(-1)!, 'imported'), difficulty, prompt, ...common, ...own, ...markup === 'html' && { markup }
    })
    return 'question' in checked ? [{ name, category, definition: checked.question }] : []
  })).filter(questions => questions.length > 0)
}

/** What is compared: everything but where in the file it stood. */
export function known ({ name, category, definition }: NamedQuestion): { name: string, category: readonly string[] | undefined, definition: QuestionDefinition } {
  return { name, category, definition }
}
