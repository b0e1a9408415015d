import { worthsOf } from './gift-write.ts'
import { idOf, mapping, responseDeclaration, rulesIn, type Pen } from './qti-pen.ts'
import { type Of, type Parts, markOf, scored, chosenFeedback } from './qti-write-parts.ts'

export function choice (definition: Of<'choice'>, pen: Pen): Parts {
  const { choices, maxChoices = 1, scoring = 'all-or-nothing', shuffle } = definition
  const mark = markOf(definition)
  const hasFractions = choices.some(({ fraction }) => fraction !== undefined)
  const worths = hasFractions ? choices.map(({ fraction, correct }) => fraction ?? (correct === true ? 1 : 0)) : worthsOf(definition, pen.notes)
  const right = choices.filter((_, index) => worths[index]! > 0).map(({ key }) => idOf(key))
  const isSingle = maxChoices === 1
  const isPlain = isSingle ? worths.every(worth => worth === 0 || worth === 1) : !hasFractions && scoring === 'all-or-nothing'
  const lowest = scoring === 'partial-negative' ? -mark : 0
  const best = choices.toSorted((a, b) => worths[choices.indexOf(b)]! - worths[choices.indexOf(a)]!)[0]!
  const told = chosenFeedback(pen, choices)
  return {
    declarations: [responseDeclaration(pen.el, 'RESPONSE', isSingle ? 'single' : 'multiple', 'identifier', isSingle ? [idOf(best.key)] : right,
      isPlain ? undefined : mapping(pen.el, choices.map(({ key }, index) => [idOf(key), worths[index]! * mark] as const), { lowerBound: lowest, upperBound: mark, defaultValue: 0 }))],
    body: pen.el('choiceInteraction', { responseIdentifier: 'RESPONSE', shuffle: shuffle !== false, maxChoices, minChoices: pen.version === '2.1' ? undefined : 0 },
      ...choices.map(({ key, text }) => pen.el('simpleChoice', { identifier: idOf(key) }, pen.rich(text)))),
    rules: [...scored(pen, isPlain ? 'match' : isSingle ? 'mapped' : 'match or mapped'), ...told.rules],
    ...told.feedback !== undefined && { feedback: told.feedback }
  }
}

export function trueFalse (definition: Of<'true-false'>, pen: Pen): Parts {
  const { correct, labels, feedbackTrue, feedbackFalse } = definition
  const told = chosenFeedback(pen, [{ key: 'true', ...feedbackTrue !== undefined && { feedback: feedbackTrue } }, { key: 'false', ...feedbackFalse !== undefined && { feedback: feedbackFalse } }])
  return {
    declarations: [responseDeclaration(pen.el, 'RESPONSE', 'single', 'identifier', [String(correct)])],
    body: pen.el('choiceInteraction', { responseIdentifier: 'RESPONSE', shuffle: false, maxChoices: 1 },
      ...(['true', 'false'] as const).map(verdict => pen.el('simpleChoice', { identifier: verdict }, labels === undefined ? verdict === 'true' ? 'True' : 'False' : pen.rich(labels[verdict])))),
    rules: [...scored(pen, 'match'), ...told.rules],
    ...told.feedback !== undefined && { feedback: told.feedback }
  }
}

export function order (definition: Of<'order'>, pen: Pen): Parts {
  const { items, scoring = 'exact' } = definition
  const { variable, base, when, add } = rulesIn(pen.el)
  const { el } = pen
  const mark = markOf(definition)
  if (scoring === 'longest-run' || scoring === 'longest-subset') pen.notes.changed('it earns all, or nothing')
  const id = (index: number): string => base('identifier', idOf(items[index]!.key))
  const rules = scoring === 'positions'
    ? items.map((_, index) => when(el('match', {}, el('index', { n: index + 1 }, variable()), id(index)), [add('SCORE', mark / items.length)]))
    : scoring === 'pairs'
      ? items.slice(1).map((_, index) => when(el('contains', {}, variable(), el('ordered', {}, id(index), id(index + 1))), [add('SCORE', mark / (items.length - 1))]))
      : scored(pen, 'match')
  return {
    declarations: [responseDeclaration(el, 'RESPONSE', 'ordered', 'identifier', items.map(({ key }) => idOf(key)))],
    body: el('orderInteraction', { responseIdentifier: 'RESPONSE', shuffle: true }, ...items.map(({ key, text }) => el('simpleChoice', { identifier: idOf(key) }, pen.rich(text)))),
    rules
  }
}
