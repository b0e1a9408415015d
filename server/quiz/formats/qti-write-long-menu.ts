import { htmlOfPlain } from './markup.ts'
import { idOf, mapping, responseDeclaration, rulesIn, type Pen } from './qti-pen.ts'
import { gapped, markOf, type Of, type Parts } from './qti-write-parts.ts'

/** Gaps with all of their list as menus: what may be chosen is said whole, and that it is typed by a class. Of several right ones
 * the mapping tells. */
export function longMenu (definition: Of<'long-menu'>, pen: Pen): Parts {
  const { text, gaps, scoring } = definition
  const { el } = pen
  const { variable, base, set, when, add } = rulesIn(el)
  const mark = markOf(definition)
  const made = gaps.map(({ key, options, accept }) => {
    const response = `GAP_${key}`
    const right = new Set(accept.map(compared))
    const listed = options.map((option, index) => ({ identifier: `o${index + 1}`, option, isRight: right.has(compared(option)) }))
    const first = listed.find(({ option }) => compared(option) === compared(accept[0]!))!
    return {
      key,
      response,
      declaration: responseDeclaration(el, response, 'single', 'identifier', [idOf(first.identifier)],
        mapping(el, listed.filter(({ isRight }) => isRight).map(({ identifier }) => [identifier, 1] as const), { defaultValue: 0 })),
      menu: el('inlineChoiceInteraction', { responseIdentifier: response, shuffle: false, class: 'long-menu' }, ...listed.map(({ identifier, option }) => el('inlineChoice', { identifier }, htmlOfPlain(option))))
    }
  })
  const tests = made.map(({ response }) => el('equal', { toleranceMode: 'exact' }, el('mapResponse', { identifier: response }), base('float', 1)))
  return {
    declarations: made.map(({ declaration }) => declaration),
    body: gapped(text, pen, new Map(made.map(({ key, menu }) => [key, menu]))),
    rules: scoring === 'all-or-nothing' ? [when(el('and', {}, ...tests), [set('SCORE', variable('MAXSCORE'))])] : tests.map(test => when(test, [add('SCORE', mark / gaps.length)]))
  }
}

function compared (text: string): string {
  return text.normalize('NFKC').replace(/\s+/g, ' ').trim().toLowerCase()
}
