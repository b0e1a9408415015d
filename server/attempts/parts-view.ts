import type { PageView } from '../http/app-type.ts'
import { fill, fixed, hole, type Fixed, type Frame, type Piece } from '../http/splice.ts'
import { isAnswer, kindOf, reviewOf, type Controls, type PaperSlot, type QuestionDefinition, type ReviewPolicy, type SlotReview, type SlotState } from '../quiz/quiz.ts'
import { makeRecent } from '../recent.ts'
import { numberOf, questionView, type AskedAttempt, type QuestionView, type Reader } from './views.ts'

/** What renders templates for one reader: a reply. */
export interface Press {
  readonly pageFrame: (template: string, view: PageView) => Frame
  readonly partFrame: (template: string, view: object) => Frame
  readonly part: (template: string, view: object) => string
}

/** A question of one's own attempt, put together from parts rendered before: around its control, and each item of that.
 * @param policy what its review shows at this moment
 * @param open the trainee may still answer */
export type QuestionParts = (seen: AskedAttempt, slot: PaperSlot, policy: ReviewPolicy, reader: Reader, open: boolean, press: Press) => readonly Piece[]

/** Controls that are lists, and the template of an item. */
const LISTS: Readonly<Record<string, { readonly name: string, readonly item: string }>> = {
  choices: { name: 'options', item: 'attempts/controls/choice' },
  sequence: { name: 'items', item: 'attempts/controls/place' },
  pairs: { name: 'stems', item: 'attempts/controls/stem' },
  groups: { name: 'stems', item: 'attempts/controls/stem' }
}

/** How many questions are kept: those of some papers, at each place, with the answers that are often given. */
const KEPT = 8000

/** A question as it was rendered, with holes for its `seq` and `items`. The order in which they were drawn is another for each trainee. */
interface Parts {
  readonly frame: Frame
  /** By their keys; those that offer choices, and they alone, have a hole: for `choices`. */
  readonly items: ReadonlyMap<string, Frame>
  /** By their keys: one of them as it stands among the others, and as it was chosen. */
  readonly choices: ReadonlyMap<string, { readonly open: Fixed, readonly chosen: Fixed }>
}

/** A control that is a list, as it stands on one paper. */
interface Listed {
  /** The keys of its items, in their order. */
  readonly keys: readonly string[]
  /** What each open item may be given, in the drawn order; none for items that offer nothing. */
  readonly choices: readonly string[]
  /** By item, what it was given. */
  readonly given: Readonly<Record<string, string>>
}

/** One for each app: its parts have the app's addresses in them. */
export function makeQuestionParts (): QuestionParts {
  const kept = makeRecent<Parts>(KEPT)

  return (seen, slot, policy, reader, open, press) => {
    const definition = seen.definitionOf(slot.slot)
    const state = seen.slots[slot.slot - 1] as SlotState
    const view = (): QuestionView => {
      const [review] = reviewOf({ slots: [state], behaviour: seen.quiz.behaviour }, policy, seen.definitionOf, reader.language)
      return questionView(seen, slot, review as SlotReview, reader, open)
    }
    // Addresses with the attempt in them, and what a person wrote to one trainee, are nobody else's.
    if (slot.kind === 'upload' || state.marking?.comment !== undefined) return [press.part('attempts/question', view())]
    const controls = kindOf(definition).controls(definition, slot.order, isAnswer(definition, state.answer) ? state.answer : null)
    const listed = listedOf(controls, state, open)
    const name = nameOf(seen, slot, definition, state, policy, reader, open, listed === null)
    const parts = kept.get(name) ?? kept.keep(name, listed === null ? wholeOf(view(), press) : partsOf(view(), controls.control, listed, press))
    return fill(parts.frame, { seq: String(state.seq), items: listed === null ? [] : listed.keys.flatMap((key) => itemOf(parts, key, listed)) })
  }
}

function itemOf ({ items, choices }: Parts, key: string, listed: Listed): readonly Piece[] {
  const item = items.get(key) as Frame
  if (listed.choices.length === 0) return item as readonly Fixed[]
  return fill(item, { choices: listed.choices.map((choice) => (choices.get(choice) as { open: Fixed, chosen: Fixed })[listed.given[key] === choice ? 'chosen' : 'open']) })
}

/** All that the view of a question is made from, but for its `seq` and the order of its items: numbers and names without a space, and JSON. */
function nameOf (seen: AskedAttempt, slot: PaperSlot, definition: QuestionDefinition, state: SlotState, policy: ReviewPolicy, reader: Reader, open: boolean, ordered: boolean): string {
  const { fraction, locked, tries, mark } = state
  return `${numberFor(definition)} ${slot.slot} ${numberOf(seen, slot.slot)} ${slot.mark} ${mark} ${reader.language} ${seen.language} ${open} ${seen.quiz.behaviour} ${state.state} ${fraction} ${locked} ${tries} ${
    ordered ? JSON.stringify(slot.order) : ''} ${policyNumber(policy)} ${JSON.stringify(state.tried)} ${JSON.stringify(state.answer)}`
}

const policies = new WeakMap<ReviewPolicy, number>()
const policiesByText = new Map<string, number>()

/** Tells policies apart by what they say: a short name is found faster. The questions of a page have one policy. */
function policyNumber (policy: ReviewPolicy): number {
  let number = policies.get(policy)
  if (number === undefined) {
    const text = JSON.stringify(policy)
    number = policiesByText.get(text) ?? policiesByText.size
    policiesByText.set(text, number)
    policies.set(policy, number)
  }
  return number
}

const numbers = new WeakMap<QuestionDefinition, number>()
let last = 0

/** Tells definitions apart: those of a published version are shared and never change. */
function numberFor (definition: QuestionDefinition): number {
  let number = numbers.get(definition)
  if (number === undefined) numbers.set(definition, number = ++last)
  return number
}

/** @returns null for a control that is no list, and where what was drawn shows in more than the order of a list */
function listedOf (controls: Controls, { answer, locked }: SlotState, open: boolean): Listed | null {
  const given = (answer ?? {}) as { readonly pairs?: Readonly<Record<string, string>>, readonly groups?: Readonly<Record<string, string>>, readonly order?: readonly string[] }
  const offered = open && !locked
  switch (controls.control) {
    case 'choices': return { keys: keysOf(controls.options), choices: [], given: {} }
    case 'pairs': return { keys: keysOf(controls.stems), choices: offered ? keysOf(controls.choices) : [], given: given.pairs ?? {} }
    case 'groups': return { keys: keysOf(controls.items), choices: offered ? keysOf(controls.categories) : [], given: given.groups ?? {} }
    case 'sequence': {
      const { order = [] } = given
      const placed = order.filter((key) => controls.items.some((item) => item.key === key))
      const left = keysOf(controls.items).filter((key) => !order.includes(key))
      if (new Set(placed).size < placed.length) return null
      // Once it is marked, an item is right by the place that it stands at.
      return left.length === 0 || offered ? { keys: [...placed, ...left], choices: [], given: {} } : null
    }
    default: return null
  }
}

function keysOf (options: ReadonlyArray<{ readonly key: string }>): string[] {
  return options.map(({ key }) => key)
}

function wholeOf (view: QuestionView, press: Press): Parts {
  return { frame: press.partFrame('attempts/question', { ...view, seq: hole('seq') }), items: new Map(), choices: new Map() }
}

function partsOf (view: QuestionView, control: Controls['control'], { keys, choices }: Listed, press: Press): Parts {
  const list = LISTS[control] as NonNullable<typeof LISTS[string]>
  const given = view.control as Readonly<Record<string, unknown>>
  const items = given[list.name] as ReadonlyArray<{ readonly choices?: readonly object[] }>
  const common = { ...given, [list.name]: undefined }
  const offers = choices.length > 0 ? { choices: [], rendered: hole('choices') } : {}
  // All items offer the same.
  const offered = items[0]?.choices ?? []
  return {
    frame: press.partFrame('attempts/question', { ...view, seq: hole('seq'), control: { ...given, [list.name]: [], rendered: hole('items') } }),
    items: new Map(items.map((item, index) => [keys[index] as string, press.partFrame(list.item, { ...common, ...item, ...offers })])),
    choices: new Map(choices.map((key, index) => [key, {
      open: fixed(press.part('attempts/controls/option', { ...offered[index], selected: false })),
      chosen: fixed(press.part('attempts/controls/option', { ...offered[index], selected: true }))
    }]))
  }
}
