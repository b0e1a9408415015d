import { allot, isDraw, isFor, rowsOf, type Blueprint, type Row } from './blueprint.ts'
import { highestScore, type CertaintyScores } from './certainty.ts'
import type { BehaviourName } from './definition.ts'
import type { Variant } from './kind.ts'
import { isAsked, kindOf, type KindName, type QuestionDefinition } from './kinds/index.ts'
import { pick, randomFrom, shuffle, type Random } from './random.ts'

/** A question that may be drawn. The id is its host's, and is only passed on. */
export interface BankQuestion { readonly id: string, readonly definition: QuestionDefinition }

/** The questions of one attempt, in their order. Plain JSON; stored, and never drawn anew for the same attempt. */
export interface Paper {
  readonly seed: string
  readonly slots: readonly PaperSlot[]
}

export interface PaperSlot {
  /** from 1, through the whole paper; of what asks nothing too. @see numbersOf for the numbers a trainee reads */
  readonly slot: number
  /** from 1 */
  readonly page: number
  /** index of the section in the quiz, from 0 */
  readonly section: number
  readonly questionId: string
  readonly kind: KindName
  /** what a right answer earns: the question's mark, times its section's weight, times the highest score of a certainty. 0 of
   * what asks nothing */
  readonly mark: number
  /** drawn order of the keys that the question shuffles; [] when it shuffles none */
  readonly order: readonly string[]
  /** of a kind with variables: the values drawn */
  readonly variant?: Variant
  /** the slot of the stimulus that the question refers to, which may stand on an earlier page */
  readonly stimulus?: number
}

/** How a quiz is made into papers. A quiz definition is one. */
export interface PaperPlan extends Blueprint {
  readonly questionsPerPage?: number
  readonly shuffleQuestions?: boolean
  /** where it asks for certainty, marks count as often as the surest right answer earns them */
  readonly behaviour?: BehaviourName
  readonly certainty?: CertaintyScores
}

/** What one trainee's paper is drawn by, beside quiz, questions and seed. */
export interface DrawOptions {
  /** ids of the questions this trainee met in earlier attempts: they are drawn only when no others are left */
  readonly seen?: Iterable<string>
  /** what a plain string of the questions is written in, for draws by language */
  readonly firstLanguage?: string
}

/** Draws the paper of one attempt. The same quiz, questions, options and seed give the same paper, in whatever order the
 * questions are given: they are taken by key. No question comes twice. Sections keep their order; within one, questions are
 * shuffled unless the quiz says otherwise, and then come as written, those of one draw by key. The order of a question's
 * options and its variables depend on the seed and its key alone.
 *
 * A question that refers to a stimulus brings it along: questions of one stimulus stay together in their section, in the order
 * they would have unshuffled, with the stimulus before the first. A description keeps its place while questions are
 * shuffled around it. Neither counts towards the questions of a page; each stands on that of the question it precedes.
 * @throws Error when the questions cannot meet the quiz, or a stimulus is not among them; `checkDraw` and `checkStimuli` say
 *   so beforehand, and where
 * @example
 * const paper = drawPaper(quiz, questions, world.newSeed())
 * paper.slots[0]   // { slot: 1, page: 1, section: 0, questionId: '…', kind: 'choice', mark: 1, order: ['c', 'a', 'b'] } */
export function drawPaper (quiz: PaperPlan, questions: readonly BankQuestion[], seed: string, options: DrawOptions = {}): Paper {
  const byKey = [...questions].sort((a, b) => compareKeys(a.definition.key, b.definition.key))
  const random = randomFrom(`${seed}/draw`)
  const drawn = rowsOf(quiz).some(row => 'language' in row) ? drawByLanguage(quiz, byKey, random, options) : drawInTurn(quiz, byKey, random, options)
  const shown = quiz.sections.flatMap((_, section) => {
    const rows = drawn.filter(row => row.section === section).sort((a, b) => a.row - b.row)
    const random = quiz.shuffleQuestions === false ? null : randomFrom(`${seed}/section/${section}`)
    return arranged(rows.flatMap(row => row.taken), byKey, random).map(question => ({ section, ...question }))
  })
  const pages = pagesOf(shown.map(({ definition }) => isAsked(definition)), quiz.questionsPerPage ?? 5)
  const highest = quiz.behaviour?.endsWith('-certainty') === true ? highestScore(quiz.certainty ?? {}) : 1
  return {
    seed,
    slots: shown.map(({ section, id, definition }, index) => {
      const stimulus = shown.findIndex(other => other.section === section && other.definition.key === definition.stimulus)
      return {
        slot: index + 1,
        page: pages[index] as number, // one for each
        section,
        questionId: id,
        kind: definition.kind,
        mark: isAsked(definition) ? (definition.mark ?? 1) * (quiz.sections[section]?.weight ?? 1) * highest : 0,
        ...drawnFor(definition, seed),
        ...stimulus !== -1 && { stimulus: stimulus + 1 }
      }
    })
  }
}

/** The number of each slot as a trainee counts questions; null of what asks nothing.
 * @example
 * numbersOf(paper.slots)   // [null, 1, 2, null, 3] */
export function numbersOf (slots: readonly Pick<PaperSlot, 'kind'>[]): (number | null)[] {
  let number = 0
  return slots.map(slot => isAsked(slot) ? ++number : null)
}

/** The page of each: so many that are asked to a page, and what asks nothing with the one that follows it. */
function pagesOf (asked: readonly boolean[], perPage: number): number[] {
  const last = asked.filter(Boolean).length - 1
  let before = 0
  return asked.map(isAsked => {
    const page = Math.floor(Math.max(0, Math.min(before, last)) / perPage) + 1
    if (isAsked) before++
    return page
  })
}

/** What moves as one when a section is shuffled: a question by itself, or those of a stimulus after it; or stays in its place. */
interface Block { readonly moves: boolean, readonly questions: BankQuestion[] }

function arranged (questions: readonly BankQuestion[], bank: readonly BankQuestion[], random: Random | null): BankQuestion[] {
  const referredTo = new Set(questions.map(({ definition }) => definition.stimulus))
  const blocks: Block[] = []
  const ofStimulus = new Map<string, Block>()
  for (const question of questions) {
    const { definition } = question
    const stimulus = referredTo.has(definition.key) ? definition.key : definition.stimulus
    const known = stimulus === undefined ? undefined : ofStimulus.get(stimulus)
    const block = known ?? { moves: stimulus !== undefined || isAsked(definition), questions: stimulus === undefined ? [] : [stimulusOf(stimulus, bank)] }
    if (known === undefined) blocks.push(block)
    if (stimulus !== undefined) ofStimulus.set(stimulus, block)
    if (stimulus !== definition.key) block.questions.push(question)
  }
  if (random === null) return blocks.flatMap(block => block.questions)
  const moved = shuffle(blocks.filter(block => block.moves), random)
  return blocks.flatMap(block => block.moves ? (moved.shift() as Block).questions : block.questions)
}

function stimulusOf (key: string, bank: readonly BankQuestion[]): BankQuestion {
  const found = bank.find(({ definition }) => definition.key === key && definition.kind === 'stimulus')
  if (found === undefined) throw new Error(`there is no stimulus '${key}' among the questions`)
  return found
}

/** What is drawn for one question: the order of what it shuffles, and its variables. */
function drawnFor (definition: QuestionDefinition, seed: string): Pick<PaperSlot, 'order' | 'variant'> {
  const kind = kindOf(definition)
  const order = shuffle(kind.shuffled(definition), randomFrom(`${seed}/order/${definition.key}`))
  return kind.draw === undefined ? { order } : { order, variant: kind.draw(definition, randomFrom(`${seed}/variant/${definition.key}`)) }
}

/** The question as it stands on one paper: with the values that were drawn for its slot. Hosts look definitions up with it;
 * the engine's other functions take what it gives.
 * @example
 * const definitionOf = slot => definitionFor(definitions.get(paper.slots[slot - 1].questionId), paper.slots[slot - 1]) */
export function definitionFor (definition: QuestionDefinition, { variant }: Pick<PaperSlot, 'variant'>): QuestionDefinition {
  return variant === undefined ? definition : kindOf(definition).fix?.(definition, variant) ?? definition
}

interface Drawn { readonly section: number, readonly row: number, readonly taken: readonly BankQuestion[] }

/** Each row takes from what those before it left: enough as long as draws differ by topic and difficulty alone. */
function drawInTurn (quiz: Blueprint, byKey: readonly BankQuestion[], random: Random, { seen = [] }: DrawOptions): Drawn[] {
  const met = new Set(seen)
  const left = new Map(byKey.map(question => [question.definition.key, question]))
  return rowsOf(quiz).map(row => {
    const there = [...left.values()].filter(question => isFor(row, question.definition))
    const count = 'question' in row ? 1 : row.count
    if (there.length < count) throw unmet(row)
    const taken = new Set(pickUnseenFirst(there, count, met, random))
    for (const question of taken) left.delete(question.definition.key)
    return { section: row.section, row: row.row, taken: there.filter(question => taken.has(question)) }
  })
}

/** Draws by language overlap: all are shared out together, from the questions in a drawn order, the unseen before the others. */
function drawByLanguage (quiz: Blueprint, byKey: readonly BankQuestion[], random: Random, { seen = [], firstLanguage }: DrawOptions): Drawn[] {
  const met = new Set(seen)
  const inOrder = pickUnseenFirst(byKey, byKey.length, met, random)
  const idOf = new Map(inOrder.map(question => [question.definition, question]))
  const left = new Set(idOf.keys())
  const rows = rowsOf(quiz)
  const named = rows.flatMap((row): Drawn[] => {
    if (!('question' in row)) return []
    const definition = [...left].find(definition => isFor(row, definition))
    if (definition === undefined) throw unmet(row)
    left.delete(definition)
    return [{ section: row.section, row: row.row, taken: [idOf.get(definition) as BankQuestion] }]
  })
  const draws = rows.filter(isDraw)
  const allotted = allot(draws, [...left], firstLanguage)
  return [...named, ...draws.map((row, index) => {
    const taken = new Set(allotted[index])
    if (taken.size < row.count) throw unmet(row)
    return { section: row.section, row: row.row, taken: byKey.filter(({ definition }) => taken.has(definition)) }
  })]
}

/** As many as wanted at random, those not met before first. */
function pickUnseenFirst (questions: readonly BankQuestion[], count: number, met: ReadonlySet<string>, random: Random): BankQuestion[] {
  const unseen = questions.filter(({ id }) => !met.has(id))
  if (unseen.length >= count) return pick(unseen, count, random)
  return [...shuffle(unseen, random), ...pick(questions.filter(({ id }) => met.has(id)), count - unseen.length, random)]
}

function unmet (row: Row): Error {
  return new Error(`the questions cannot meet ${row.path} of the quiz`)
}

// By code unit, not by locale: the same everywhere and always. No two are alike.
function compareKeys (a: string, b: string): number {
  return a < b ? -1 : 1
}
