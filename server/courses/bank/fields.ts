import type { QuestionDefinition } from '../../quiz/definition.ts'

export type KindName = QuestionDefinition['kind']

interface FieldPart {
  /** Of the property; also of its message, unless `label` says otherwise. */
  readonly name: string
  readonly label?: string
  /** There is a message that says more. */
  readonly hint?: true
  /** Shown only while another field of the same row has one of these values. */
  readonly when?: { readonly name: string, readonly is: readonly string[] }
}

/** One field of a form. What a form of fields holds is `Values`. */
export type Field = FieldPart & (
  /** in each language; lines: height */
  | { readonly field: 'text', readonly lines?: number }
  /** the same in every language */
  | { readonly field: 'line', readonly short?: true }
  | { readonly field: 'number' }
  /** always: written down even where it is what it is when left out */
  | { readonly field: 'flag', readonly initially: boolean, readonly always?: true }
  /** the first is what it is when left out; refresh: other fields follow from it */
  | { readonly field: 'select', readonly options: readonly string[], readonly always?: true, readonly refresh?: true }
  /** a list of texts, one a line */
  | { readonly field: 'lines' }
  /** a list of numbers, with commas between */
  | { readonly field: 'numbers' }
  /** the key of a row of another list, or of several */
  | { readonly field: 'ref', readonly to: string, readonly many?: true }
  /** the key of a question that others refer to */
  | { readonly field: 'stimulus' }
  /** keyed: rows have keys, made for them; keys are asked for as a field of the row where texts speak of them */
  | { readonly field: 'list', readonly row: readonly Field[], readonly keyed?: true, readonly least?: number, readonly fixed?: true }
  | { readonly field: 'tolerance' }
  | { readonly field: 'image', readonly small?: true }
  /** rarely used fields of the same row, folded */
  | { readonly field: 'fold', readonly fields: readonly Field[] }
)

const text = (name: string, lines = 1, more: Partial<FieldPart> = {}): Field => ({ field: 'text', name, lines, ...more })
const line = (name: string, more: Partial<FieldPart> = {}): Field => ({ field: 'line', name, ...more })
const short = (name: string, more: Partial<FieldPart> = {}): Field => ({ field: 'line', name, short: true, ...more })
const number = (name: string, more: Partial<FieldPart> = {}): Field => ({ field: 'number', name, ...more })
const flag = (name: string, initially: boolean, more: Partial<FieldPart> & { readonly always?: true } = {}): Field => ({ field: 'flag', name, initially, ...more })
const select = (name: string, options: readonly string[], more: Partial<FieldPart> & { readonly always?: true, readonly refresh?: true } = {}): Field => ({ field: 'select', name, options, ...more })
const list = (name: string, row: readonly Field[], more: Partial<FieldPart> & { readonly keyed?: true, readonly least?: number } = {}): Field => ({ field: 'list', name, row, ...more })
const ref = (name: string, to: string, more: Partial<FieldPart> & { readonly many?: true } = {}): Field => ({ field: 'ref', name, to, ...more })
const fold = (name: string, fields: readonly Field[]): Field => ({ field: 'fold', name, fields })
const feedback = text('feedback', 1, { label: 'row-feedback' })
const shuffle = flag('shuffle', true)
const more = (fields: readonly Field[]): Field => fold('more', fields)

/** What every question has, before and after what its kind asks. */
export const BEFORE: readonly Field[] = [line('topic', { hint: true }), select('difficulty', ['medium', 'easy', 'hard'], { always: true })]
export const PROMPT: Field = text('prompt', 4, { hint: true })
export const AFTER: readonly Field[] = [
  text('feedback', 2, { hint: true }),
  number('mark', { hint: true }),
  fold('further', [
    list('hints', [text('text', 1, { label: 'hint-text' })], { hint: true }),
    number('penalty', { hint: true }),
    { field: 'stimulus', name: 'stimulus', hint: true },
    text('source', 1, { hint: true }),
    select('markup', ['markdown', 'html'], { hint: true })
  ])
]

const PARTIAL = select('scoring', ['partial', 'all-or-nothing'])
const gapKey = short('key', { label: 'gap-key', hint: true })

const acceptRow: readonly Field[] = [
  line('accepted', { hint: true }),
  more([select('by', ['text', 'regex'], { label: 'accept-by' }), line('example', { hint: true }), number('fraction', { hint: true }), feedback])
]
const accept = list('accept', acceptRow, { least: 1, hint: true })

const numberRow: readonly Field[] = [
  select('by', ['value', 'range'], { label: 'number-by', refresh: true }),
  number('value', { when: { name: 'by', is: ['value'] } }),
  { field: 'tolerance', name: 'tolerance', when: { name: 'by', is: ['value'] } },
  number('min', { when: { name: 'by', is: ['range'] }, label: 'from' }),
  number('max', { when: { name: 'by', is: ['range'] }, label: 'to' }),
  more([number('fraction', { hint: true }), feedback])
]
const numbers = list('answers', numberRow, { least: 1, label: 'right-numbers' })

const units: readonly Field[] = [
  text('unit', 1, { hint: true }),
  fold('units-more', [
    list('units', [text('unit', 1, { label: 'unit-name' }), number('factor', { hint: true })], { hint: true }),
    flag('unitRequired', false),
    number('unitPenalty', { hint: true })
  ])
]

const labels = fold('labels-more', [text('labelTrue'), text('labelFalse')])

const rubric = list('rubric', [
  text('text', 1, { label: 'criterion' }),
  list('levels', [text('text', 1, { label: 'level' }), number('points')], { keyed: true, least: 2 })
], { keyed: true, hint: true })

const choiceRow: readonly Field[] = [text('text', 1, { label: 'option' }), flag('correct', false), more([feedback, number('fraction', { hint: true })])]

const areaRow: readonly Field[] = [
  select('shape', ['rect', 'circle', 'ellipse', 'polygon'], { always: true, refresh: true }),
  { field: 'numbers', name: 'coords', hint: true },
  flag('correct', false, { label: 'area-correct' }),
  text('label', 1, { label: 'area-label', hint: true }),
  more([feedback, number('fraction', { hint: true })])
]
const areas = list('areas', areaRow, { keyed: true, least: 1, hint: true })
const image: Field = { field: 'image', name: 'image', hint: true }

const wordGaps = (choices: Field): readonly Field[] => [
  text('text', 4, { label: 'gapped-text', hint: true }),
  choices,
  list('gaps', [gapKey, ref('choice', 'choices', { label: 'gap-choice' }), more([number('group')])], { least: 1 }),
  PARTIAL,
  shuffle
]

/** What each kind asks its author for, in the order asked. */
export const FIELDS: Readonly<Record<KindName, readonly Field[]>> = {
  choice: [
    list('choices', choiceRow, { keyed: true, least: 4, label: 'options', hint: true }),
    number('maxChoices', { hint: true }),
    select('scoring', ['all-or-nothing', 'partial', 'partial-negative', 'right-minus-wrong'], { label: 'scoring-choice' }),
    shuffle
  ],
  'true-false': [select('correct', ['true', 'false'], { always: true, label: 'is-true' }), text('feedbackTrue'), text('feedbackFalse'), labels],
  kprim: [
    list('statements', [text('text', 1, { label: 'statement' }), select('correct', ['true', 'false'], { always: true, label: 'is-true' }), more([feedback])], { keyed: true, least: 4 }),
    select('scoring', ['kprim', 'subpoints', 'all-or-nothing'], { label: 'scoring-kprim' }),
    shuffle,
    labels
  ],
  match: [
    list('choices', [text('text', 1, { label: 'option' })], { keyed: true, least: 4, label: 'match-choices', hint: true }),
    list('stems', [text('text', 1, { label: 'stem' }), ref('choice', 'choices', { label: 'stem-choice' }), more([feedback])], { keyed: true, least: 3, hint: true }),
    PARTIAL,
    shuffle
  ],
  order: [list('items', [text('text', 1, { label: 'item' })], { keyed: true, least: 4, label: 'order-items', hint: true }), select('scoring', ['exact', 'pairs', 'longest-run', 'longest-subset', 'positions'], { label: 'scoring-order' })],
  categorise: [
    list('categories', [text('text', 1, { label: 'category' })], { keyed: true, least: 2 }),
    list('items', [text('text', 1, { label: 'item' }), ref('category', 'categories', { many: true, hint: true }), more([feedback])], { keyed: true, least: 4 }),
    PARTIAL,
    shuffle
  ],
  'short-text': [accept, flag('caseSensitive', false), flag('ignoreAccents', false)],
  numeric: [numbers, ...units],
  calculated: [
    list('variables', [short('key', { label: 'variable-key', hint: true }), number('min', { label: 'from' }), number('max', { label: 'to' }), number('decimals'), more([{ field: 'numbers', name: 'values', hint: true }])], { least: 1, hint: true }),
    list('answers', [line('formula', { hint: true }), { field: 'tolerance', name: 'tolerance' }, more([number('fraction', { hint: true }), feedback])], { least: 1, label: 'right-formulas' }),
    number('decimals', { label: 'shown-decimals' }),
    ...units,
    fold('calculated-more', [number('significantFigures'), { field: 'lines', name: 'datasets', hint: true }])
  ],
  cloze: [
    text('text', 4, { label: 'gapped-text', hint: true }),
    list('gaps', [
      gapKey,
      select('input', ['text', 'numeric', 'choice'], { always: true, refresh: true }),
      { ...accept, when: { name: 'input', is: ['text'] } },
      { ...numbers, when: { name: 'input', is: ['numeric'] } },
      list('choices', choiceRow, { keyed: true, least: 2, label: 'options', when: { name: 'input', is: ['choice'] } }),
      select('layout', ['menu', 'row', 'column'], { when: { name: 'input', is: ['choice'] } }),
      fold('gap-more', [
        number('weight', { hint: true }),
        flag('shuffle', true, { when: { name: 'input', is: ['choice'] } }),
        flag('caseSensitive', false, { when: { name: 'input', is: ['text'] } }),
        flag('ignoreAccents', false, { when: { name: 'input', is: ['text'] } }),
        text('unit', 1, { hint: true, when: { name: 'input', is: ['numeric'] } }),
        list('units', [text('unit', 1, { label: 'unit-name' }), number('factor', { hint: true })], { hint: true, when: { name: 'input', is: ['numeric'] } }),
        flag('unitRequired', false, { when: { name: 'input', is: ['numeric'] } }),
        number('unitPenalty', { hint: true, when: { name: 'input', is: ['numeric'] } })
      ])
    ], { least: 1 }),
    select('scoring', ['partial', 'partial-negative', 'all-or-nothing'])
  ],
  'gap-select': wordGaps(list('choices', [text('text', 1, { label: 'word' }), more([number('group', { hint: true })])], { keyed: true, least: 4, label: 'words', hint: true })),
  'drag-words': wordGaps(list('choices', [text('text', 1, { label: 'word' }), flag('reusable', false), more([number('group', { hint: true })])], { keyed: true, least: 4, label: 'words', hint: true })),
  'long-menu': [
    text('text', 4, { label: 'gapped-text', hint: true }),
    list('gaps', [gapKey, { field: 'lines', name: 'options', label: 'menu-options', hint: true }, { field: 'lines', name: 'accept', label: 'menu-accept', hint: true }], { least: 1 }),
    PARTIAL
  ],
  'error-text': [text('text', 5, { label: 'error-text', hint: true }), PARTIAL, number('wrongPenalty', { hint: true })],
  hotspot: [image, areas, number('maxPoints', { hint: true }), PARTIAL],
  'mark-image': [image, areas, number('maxPoints', { label: 'maxPoints-all', hint: true }), PARTIAL, number('wrongPenalty', { hint: true })],
  'drag-image': [
    image,
    list('items', [text('text', 1, { label: 'item' }), fold('item-more', [{ field: 'image', name: 'image', label: 'item-image', small: true }])], { keyed: true, least: 2, hint: true, label: 'drag-items' }),
    list('zones', [ref('item', 'items', { label: 'zone-item' }), number('x'), number('y'), number('width'), number('height'), text('label', 1, { label: 'zone-label' })], { keyed: true, least: 1, hint: true }),
    flag('reusable', false, { label: 'items-reusable' }),
    PARTIAL,
    shuffle
  ],
  slider: [number('min', { label: 'scale-from' }), number('max', { label: 'scale-to' }), number('step', { hint: true }), numbers, text('unit', 1, { hint: true })],
  essay: [number('minWords'), number('maxWords'), number('lines', { hint: true }), rubric, text('sampleAnswer', 4, { hint: true }), fold('essay-more', [text('template', 4, { hint: true })])],
  upload: [{ field: 'lines', name: 'types', hint: true }, number('maxFiles'), number('maxBytes', { label: 'maxMegabytes', hint: true }), rubric],
  scenario: [
    list('nodes', [
      text('text', 3, { label: 'situation' }),
      list('choices', [text('text', 1, { label: 'decision' }), ref('next', 'nodes', { hint: true }), number('points', { label: 'decision-points' }), more([feedback])], { keyed: true, least: 2, label: 'decisions' }),
      more([text('end', 2, { hint: true })])
    ], { keyed: true, least: 2, hint: true }),
    ref('start', 'nodes'),
    shuffle
  ],
  stimulus: [],
  description: []
}

/** Kinds as they are offered, those alike together. */
export const KIND_GROUPS: ReadonlyArray<{ readonly name: string, readonly kinds: readonly KindName[] }> = [
  { name: 'choose', kinds: ['choice', 'true-false', 'kprim'] },
  { name: 'arrange', kinds: ['match', 'order', 'categorise'] },
  { name: 'type', kinds: ['short-text', 'numeric', 'calculated', 'slider'] },
  { name: 'text', kinds: ['cloze', 'gap-select', 'drag-words', 'long-menu', 'error-text'] },
  { name: 'picture', kinds: ['hotspot', 'mark-image', 'drag-image'] },
  { name: 'person', kinds: ['essay', 'upload'] },
  { name: 'case', kinds: ['scenario', 'stimulus', 'description'] }
]

/** All fields of a kind in the order asked. */
export function fieldsOf (kind: KindName): readonly Field[] {
  return [...BEFORE, PROMPT, ...FIELDS[kind], ...AFTER]
}
