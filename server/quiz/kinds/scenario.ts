import Type, { type Static } from 'typebox'
import { arrange, gradeBy, type Kind } from '../kind.ts'
import { repeatedKeys, type Problem } from '../problem.ts'
import { answerKey, key, questionPart } from '../question.ts'
import { text, textIn } from '../text.ts'

const nodeKey = Type.String({ maxLength: 64 })

const definition = Type.Object({
  ...questionPart,
  kind: Type.Literal('scenario'),
  start: Type.String({ maxLength: 64, description: 'Key of the node it begins with' }),
  nodes: Type.Array(Type.Object({
    key,
    text,
    choices: Type.Optional(Type.Array(Type.Object({
      key,
      text,
      next: Type.Optional(Type.Unsafe<string>({ ...nodeKey, description: 'Key of the node it leads to; it ends the scenario when left out' })),
      points: Type.Optional(Type.Number({ minimum: -1000, maximum: 1000, default: 0 })),
      feedback: Type.Optional(text)
    }, { additionalProperties: false }), { maxItems: 20, description: 'The scenario ends at a node without choices' })),
    end: Type.Optional(Type.Unsafe<Static<typeof text>>({ ...text, description: 'Shown when the scenario ends at this node' }))
  }, { additionalProperties: false }), { minItems: 1, maxItems: 200 }),
  shuffle: Type.Optional(Type.Boolean({ default: true, description: 'Whether choices are shown in a drawn order' }))
}, { additionalProperties: false, title: 'Decisions that lead on from each other' })

const answer = Type.Object({ path: Type.Array(answerKey, { maxItems: 200 }) }, { additionalProperties: false })

export type ScenarioDefinition = Static<typeof definition>
export type ScenarioAnswer = Static<typeof answer>

type Node = ScenarioDefinition['nodes'][number]
type Choice = NonNullable<Node['choices']>[number]

/** Decisions of an investigation: each choice leads on to the next node, or ends the scenario. Earns the points of the path
 * taken ÷ those of the best path, within 0..1. A path that stops early is graded as far as it goes, and never earns more than
 * going on could still bring, so that nobody gains by stopping before a loss.
 *
 * The answer is the keys of the choices in turn. Nodes never lead back to an earlier one. The control shows what was passed,
 * with its feedback, and the node it has led to; no other. So a decision stands: an answer may only add to the path before it. */
export const scenario: Kind<ScenarioDefinition, ScenarioAnswer> = {
  name: 'scenario',
  definition,
  answer,

  problems (definition) {
    const { nodes, start } = definition
    const known = new Set(nodes.map(node => node.key))
    const named = [
      ...repeatedKeys(nodes, 'nodes'),
      ...nodes.flatMap((node, index) => repeatedKeys(choicesOf(node), `nodes/${index}/choices`)),
      ...known.has(start) ? [] : [{ path: 'start', message: `there is no node '${start}'` }],
      ...nodes.flatMap((node, index) => choicesOf(node).flatMap(({ next }, at): Problem[] => next === undefined || known.has(next)
        ? []
        : [{ path: `nodes/${index}/choices/${at}/next`, message: `there is no node '${next}'` }]))
    ]
    return named.length > 0 ? named : graphProblems(definition)
  },

  shuffled ({ nodes, shuffle }) {
    return shuffle === false ? [] : [...new Set(nodes.flatMap(node => choicesOf(node).map(choice => choice.key)))]
  },

  controls (definition, order, answer) {
    const { taken, node } = walk(definition, answer?.path ?? []) ?? walk(definition, [])!
    const ended = node === undefined ? taken.at(-1)?.node : choicesOf(node).length === 0 ? node : undefined
    return {
      control: 'scenario',
      passed: taken.map(({ node, choice }) => ({
        text: node.text, choice: choice.text, ...choice.feedback !== undefined && { feedback: choice.feedback }
      })),
      node: node === undefined ? null : { text: node.text, choices: arrange(choicesOf(node), order) },
      ...ended?.end !== undefined && { end: ended.end }
    }
  },

  read (definition, { path }) {
    if (path.length === 0) return 'not-answered'
    return walk(definition, path) === undefined ? 'unreadable' : 'answered'
  },

  mayFollow (definition, { path }, after) {
    // Keys of no choice decided nothing.
    const length = path.findLastIndex((_, index) => walk(definition, path.slice(0, index + 1)) !== undefined) + 1
    return path.slice(0, length).every((key, index) => after?.path[index] === key)
  },

  grade (definition, answer) {
    return gradeBy(scenario.read(definition, answer), () => {
      const { taken, node } = walk(definition, answer.path)!
      const bestFrom = bestPaths(definition)
      const soFar = taken.reduce((sum, { choice }) => sum + pointsOf(choice), 0)
      const ahead = node === undefined ? 0 : bestFrom(node.key).points
      const best = bestFrom(definition.start).points
      return best <= 0 ? 0 : Math.max(0, Math.min((soFar + Math.min(0, ahead)) / best, 1))
    })
  },

  rightAnswer (definition) {
    return { path: [...bestPaths(definition)(definition.start).path] }
  },

  feedback (definition, { path }) {
    return walk(definition, path)?.taken.flatMap(({ choice }) => choice.feedback === undefined ? [] : [choice.feedback]) ?? []
  },

  summary (definition, { path }, language) {
    const taken = walk(definition, path)?.taken.map(({ choice }) => textIn(choice.text, language)) ?? path
    return taken.map((text, index) => `${index + 1}. ${text}`).join('; ')
  },

  samples: [
    {
      definition: {
        key: 'first-hour',
        kind: 'scenario',
        topic: 'telecom-fraud',
        difficulty: 'hard',
        prompt: 'Lead the first hour.',
        start: 'call',
        nodes: [
          {
            key: 'call',
            text: { en: 'A victim calls: she sent money an hour ago.', ar: 'تتصل ضحية: أرسلت مالا قبل ساعة.' },
            choices: [
              { key: 'file', text: 'Open a case file first', next: 'late', feedback: 'The money moves on meanwhile.' },
              { key: 'recall', text: { en: 'Ask her bank to recall it', ar: 'اطلب من مصرفها استرداده' }, next: 'bank', points: 2 },
              { key: 'hang-up', text: 'Tell her to come to the station', points: -1 }
            ],
            end: 'She never came.'
          },
          {
            key: 'bank',
            text: 'The bank asks where the money went.',
            choices: [
              { key: 'account', text: 'Name the receiving account', next: 'frozen', points: 2 },
              { key: 'wait', text: 'Wait for a court order', points: 0, feedback: 'It took three days.' }
            ]
          },
          { key: 'late', text: 'The account is empty.', choices: [{ key: 'trace', text: 'Trace it onwards', points: 1 }, { key: 'close', text: 'Close the case', points: -3 }] },
          { key: 'frozen', text: 'The account is frozen.', end: { en: 'Most of the money came back.', ar: 'عاد معظم المال.' } }
        ]
      },
      cases: [
        { answer: { path: ['recall', 'account'] }, state: 'right', fraction: 1 },
        { answer: { path: ['recall', 'wait'] }, state: 'partly-right', fraction: 0.5 },
        { answer: { path: ['recall'] }, state: 'partly-right', fraction: 0.5 },
        { answer: { path: ['file', 'trace'] }, state: 'partly-right', fraction: 0.25 },
        { answer: { path: ['file'] }, state: 'wrong', fraction: 0 },
        { answer: { path: ['file', 'close'] }, state: 'wrong', fraction: 0 },
        { answer: { path: ['hang-up'] }, state: 'wrong', fraction: 0 },
        { answer: { path: [] }, state: 'not-answered', fraction: 0 },
        { answer: { path: ['account'] }, state: 'unreadable', fraction: 0 },
        { answer: { path: ['hang-up', 'recall'] }, state: 'unreadable', fraction: 0 },
        { answer: { path: ['recall', 'account', 'close'] }, state: 'unreadable', fraction: 0 }
      ]
    },
    {
      definition: {
        key: 'no-gain-by-stopping',
        kind: 'scenario',
        topic: 'telecom-fraud',
        difficulty: 'medium',
        prompt: 'Decide.',
        shuffle: false,
        start: 'one',
        nodes: [
          { key: 'one', text: 'One', choices: [{ key: 'fast', text: 'Fast', next: 'two', points: 4 }, { key: 'slow', text: 'Slow', points: 2 }] },
          { key: 'two', text: 'Two', choices: [{ key: 'pay', text: 'Pay for it', points: -3 }] }
        ]
      },
      cases: [
        { answer: { path: ['slow'] }, state: 'right', fraction: 1 },
        { answer: { path: ['fast'] }, state: 'partly-right', fraction: 0.5 },
        { answer: { path: ['fast', 'pay'] }, state: 'partly-right', fraction: 0.5 }
      ]
    }
  ]
}

function choicesOf ({ choices = [] }: Node): readonly Choice[] {
  return choices
}

function pointsOf ({ points = 0 }: Choice): number {
  return points
}

interface Walk {
  readonly taken: readonly { readonly node: Node, readonly choice: Choice }[]
  /** where the path stands; undefined when its last choice ended it */
  readonly node: Node | undefined
}

/** A path from the start; undefined when there is no such path. */
function walk ({ nodes, start }: ScenarioDefinition, path: readonly string[]): Walk | undefined {
  const byKey = new Map(nodes.map(node => [node.key, node]))
  const taken: { node: Node, choice: Choice }[] = []
  let node = byKey.get(start)
  for (const key of path) {
    const choice = node === undefined ? undefined : choicesOf(node).find(choice => choice.key === key)
    if (node === undefined || choice === undefined) return undefined
    taken.push({ node, choice })
    node = choice.next === undefined ? undefined : byKey.get(choice.next)
  }
  return { taken, node }
}

interface Best { readonly points: number, readonly path: readonly string[] }

/** The path from a node to an ending that earns most; the first written among those alike. Each node is looked at once. A
 * choice that leads back, which `problems` refuses, counts as one that leads nowhere. */
function bestPaths (definition: ScenarioDefinition): (key: string) => Best {
  let known = bestOf.get(definition)
  if (known === undefined) bestOf.set(definition, known = findBest(definition))
  return known
}

const bestOf = new WeakMap<ScenarioDefinition, (key: string) => Best>()

function findBest ({ nodes }: ScenarioDefinition): (key: string) => Best {
  const byKey = new Map(nodes.map(node => [node.key, node]))
  const known = new Map<string, Best>()
  const nothing: Best = { points: 0, path: [] }
  return bestFrom

  function bestFrom (key: string): Best {
    const found = known.get(key)
    if (found !== undefined) return found
    known.set(key, nothing)
    const node = byKey.get(key)
    const ways = node === undefined ? [] : choicesOf(node).map((choice): Best => {
      const rest = choice.next === undefined ? nothing : bestFrom(choice.next)
      return { points: pointsOf(choice) + rest.points, path: [choice.key, ...rest.path] }
    })
    const best = ways.reduce((best, way) => way.points > best.points ? way : best, ways[0] ?? nothing)
    known.set(key, best)
    return best
  }
}

/** Cycles, nodes that no path reaches, no ending, nothing to earn. Asked only where every name is known. */
function graphProblems (definition: ScenarioDefinition): Problem[] {
  const { nodes, start } = definition
  const byKey = new Map(nodes.map((node, index) => [node.key, { node, index }]))
  const done = new Set<string>()
  const problems: Problem[] = []
  let ends = false

  function visit (key: string, above: readonly string[]): void {
    const { node, index } = byKey.get(key)!
    done.add(key)
    if (choicesOf(node).length === 0) ends = true
    for (const [at, { next }] of choicesOf(node).entries()) {
      if (next === undefined) ends = true
      else if (next === key || above.includes(next)) {
        problems.push({ path: `nodes/${index}/choices/${at}/next`, message: `leads back to '${next}'; a scenario only leads on` })
      } else if (!done.has(next)) visit(next, [...above, key])
    }
  }

  visit(start, [])
  if (!ends) problems.push({ path: 'nodes', message: 'no path ends; an ending is a choice without `next`, or a node without choices' })
  for (const [index, { key }] of nodes.entries()) {
    if (!done.has(key)) problems.push({ path: `nodes/${index}/key`, message: `no path leads to '${key}'` })
  }
  if (problems.length === 0 && bestPaths(definition)(start).points <= 0) {
    problems.push({ path: 'nodes', message: 'no path earns a point; give the right choices `points`' })
  }
  return problems
}
