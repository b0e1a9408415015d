import type { Text } from '../text.ts'
import { idOf, responseDeclaration, rulesIn, type Pen } from './qti-pen.ts'
import { type Of, type Parts, markOf, scored, pair, counted, shareRule, allRule, shares, gapped, noteAlike } from './qti-write-parts.ts'
import { object, shapeOf } from './qti-write-pictures.ts'

/** Two sets. @param limits how often each of the first and of the second may be used */
function sets (pen: Pen, first: readonly { readonly key: string, readonly text: Text }[], second: readonly { readonly key: string, readonly text: Text }[], limit: number, shuffle: boolean | undefined): string {
  const set = (of: typeof first, matchMax: number): string => pen.el('simpleMatchSet', {}, ...of.map(({ key, text }) => pen.el('simpleAssociableChoice', { identifier: idOf(key), matchMax }, pen.rich(text))))
  return pen.el('matchInteraction', { responseIdentifier: 'RESPONSE', shuffle: shuffle !== false, maxAssociations: first.length }, set(first, 1), set(second, limit))
}

export function kprim (definition: Of<'kprim'>, pen: Pen): Parts {
  const { statements, labels, scoring = 'kprim', shuffle } = definition
  const { el } = pen
  const { variable, base, set, when } = rulesIn(el)
  const mark = markOf(definition)
  if (statements.some(({ feedback }) => feedback !== undefined)) pen.notes.leftOut('the feedback of statements is left out')
  const right = statements.map(({ key, correct }) => pair(key, String(correct)))
  const half = when(el('equal', { toleranceMode: 'exact' }, variable('RIGHT'), base('float', statements.length - 1)), [set('SCORE', base('float', mark / 2))])
  const { rules, outcome } = counted(pen, right.map(one => el('member', {}, base('directedPair', one), variable())),
    scoring === 'subpoints' ? [shareRule(pen, mark, statements.length)] : [...scoring === 'kprim' ? [half] : [], allRule(pen, statements.length)])
  return {
    declarations: [responseDeclaration(el, 'RESPONSE', 'multiple', 'directedPair', right), outcome],
    body: sets(pen, statements, [{ key: 'true', text: labels?.true ?? 'True' }, { key: 'false', text: labels?.false ?? 'False' }], statements.length, shuffle),
    rules
  }
}

export function match (definition: Of<'match'>, pen: Pen): Parts {
  const { stems, choices, scoring = 'partial', shuffle } = definition
  const right = stems.map(({ key, choice }) => pair(key, choice))
  const isAll = scoring === 'all-or-nothing'
  if (stems.some(({ feedback }) => feedback !== undefined)) pen.notes.leftOut('the feedback of stems is left out')
  return {
    declarations: [responseDeclaration(pen.el, 'RESPONSE', 'multiple', 'directedPair', right, isAll ? undefined : shares(pen, right, markOf(definition)))],
    body: sets(pen, stems, choices, stems.length, shuffle),
    rules: scored(pen, isAll ? 'match' : 'match or mapped')
  }
}

export function categorise (definition: Of<'categorise'>, pen: Pen): Parts {
  const { categories, items, scoring = 'partial', shuffle } = definition
  const { el } = pen
  const { variable, base } = rulesIn(el)
  if (items.some(({ feedback }) => feedback !== undefined)) pen.notes.leftOut('the feedback of items is left out')
  if (items.some(({ category }) => Array.isArray(category))) pen.notes.changed('the right response names one category for each item')
  const isIn = (item: string, category: string): string => el('member', {}, base('directedPair', pair(item, category)), variable())
  const homes = items.map(({ key, category }) => ({ key, of: category === null ? [] : typeof category === 'string' ? [category] : category }))
  const tests = homes.map(({ key, of }) => of.length === 0
    ? el('not', {}, el('or', {}, ...categories.map(category => isIn(key, category.key))))
    : el('or', {}, ...of.map(category => isIn(key, category))))
  const { rules, outcome } = counted(pen, tests, [scoring === 'partial' ? shareRule(pen, markOf(definition), items.length) : allRule(pen, items.length)])
  return {
    declarations: [responseDeclaration(el, 'RESPONSE', 'multiple', 'directedPair', homes.flatMap(({ key, of }) => of.slice(0, 1).map(category => pair(key, category)))), outcome],
    body: sets(pen, items, categories, 0, shuffle),
    rules
  }
}

export function dragWords (definition: Of<'drag-words'>, pen: Pen): Parts {
  const { text, choices, gaps, scoring, shuffle } = definition
  const { el } = pen
  if (new Set(choices.map(({ group = 1 }) => group)).size > 1) pen.notes.changed('every word may be put in every gap')
  const right = gaps.map(({ key, choice }) => pair(choice, key))
  noteAlike(choices, pen)
  const isAll = scoring === 'all-or-nothing'
  return {
    declarations: [responseDeclaration(el, 'RESPONSE', 'multiple', 'directedPair', right, isAll ? undefined : shares(pen, right, markOf(definition)))],
    body: el('gapMatchInteraction', { responseIdentifier: 'RESPONSE', shuffle: shuffle !== false },
      ...choices.map(({ key, text, reusable }) => el('gapText', { identifier: idOf(key), matchMax: reusable === true ? 0 : 1 }, pen.rich(text))),
      gapped(text, pen, new Map(gaps.map(({ key }) => [key, el('gap', { identifier: idOf(key) })])))),
    rules: scored(pen, isAll ? 'match' : 'match or mapped')
  }
}

export function dragImage (definition: Of<'drag-image'>, pen: Pen): Parts {
  const { image, zones, items, reusable, scoring, shuffle } = definition
  const { el } = pen
  if (pen.version === '2.1' && items.some(({ image }) => image === undefined)) pen.notes.changed('texts to be put on a picture are written as QTI 2.2 has them')
  if (shuffle === false) pen.notes.changed('its items are shown in a drawn order')
  const right = zones.map(({ key, item }) => pair(item, key))
  const isAll = scoring === 'all-or-nothing'
  const matchMax = reusable === true ? 0 : 1
  return {
    declarations: [responseDeclaration(el, 'RESPONSE', 'multiple', 'directedPair', right, isAll ? undefined : shares(pen, right, markOf(definition)))],
    body: el('graphicGapMatchInteraction', { responseIdentifier: 'RESPONSE' }, object(pen, image),
      ...items.map(({ key, text, image }) => image === undefined
        ? el('gapText', { identifier: idOf(key), matchMax }, pen.rich(text!))
        : el('gapImg', { identifier: idOf(key), matchMax }, object(pen, image))),
      ...zones.map(({ key, x, y, width, height, label }) => el('associableHotspot', { identifier: idOf(key), matchMax: 1, ...shapeOf('rect', [x, y, x + width, y + height]), hotspotLabel: label === undefined ? undefined : pen.notes.plain(label) }))),
    rules: scored(pen, isAll ? 'match' : 'match or mapped')
  }
}
