import { letter } from './format.ts'
import { plainOf, type Wording } from './markup.ts'
import { choiceFields, said, type Read } from './moodle-parts.ts'
import { wordingIn, type Label, type Response } from './qti12-parts.ts'
import { scoreOf, wantedTogether, type Answers } from './qti12-processing.ts'
import { elementsIn } from './xml.ts'
import { bestOf, filled, isShuffled, partOf, type Scored } from './qti12-scored.ts'

const NO_RIGHT = { problem: 'no answer earns anything' } as const
const given = (response: Response, ...idents: readonly string[]): Answers => new Map([[response.ident, idents]])

/** One choice of several. */
export function readSingle (scored: Scored, response: Response): Read {
  const { item, processing } = scored
  const labels = filled(item, response.labels)
  const scores = labels.map(({ ident }) => scoreOf(processing, given(response, ident)))
  const best = bestOf(scored, labels.map(({ ident }) => given(response, ident)))
  if (best <= 0) return NO_RIGHT
  const answers = labels.map(({ ident, text }, index) => ({ answer: text, fraction: Math.max(-1, partOf(scores[index]!, best)), feedback: scored.said(response.ident, ident) }))
  return {
    texts: answers.flatMap(({ answer, feedback }) => [answer, feedback]),
    draft: write => ({ kind: 'choice', ...choiceFields(answers, true, write), ...isShuffled(response) !== true && { shuffle: false } })
  }
}

/** A statement that is true or false. */
export function readTrueFalse (scored: Scored, response: Response): Read {
  const { item, processing } = scored
  const verdictOf = ({ ident, text }: Label): string => [words(text), ident].map(word => word.toLowerCase()).find(word => word === 'true' || word === 'false') ?? ''
  const { labels } = response
  const whenTrue = labels.find(label => verdictOf(label) === 'true') ?? labels[0]
  const whenFalse = labels.find(label => label !== whenTrue)
  if (whenTrue === undefined || whenFalse === undefined || labels.length !== 2) return { problem: 'it needs two answers' }
  const [ifTrue, ifFalse] = [whenTrue, whenFalse].map(({ ident }) => scoreOf(processing, given(response, ident))) as [number, number]
  if (ifTrue === ifFalse) return NO_RIGHT
  bestOf(scored, labels.map(({ ident }) => given(response, ident)))
  if (Math.min(ifTrue, ifFalse) !== 0) item.note('changed', 'the wrong answer earns nothing')
  const [feedbackTrue, feedbackFalse] = [whenTrue, whenFalse].map(({ ident }) => scored.said(response.ident, ident)) as [Wording, Wording]
  const named = words(whenTrue.text).toLowerCase() !== 'true' || words(whenFalse.text).toLowerCase() !== 'false'
  return {
    texts: [feedbackTrue, feedbackFalse],
    draft: write => ({
      kind: 'true-false',
      correct: ifTrue > ifFalse,
      ...named && { labels: { true: words(whenTrue.text), false: words(whenFalse.text) } },
      ...said('feedbackTrue', feedbackTrue, write),
      ...said('feedbackFalse', feedbackFalse, write)
    })
  }
}

/** How many labels every set of them is tried for. */
const ALL_SETS = 8

/** Several choices: each earning its part, or all or nothing. */
export function readSeveral (scored: Scored, response: Response): Read {
  const { item, processing } = scored
  const labels = filled(item, response.labels)
  const idents = labels.map(({ ident }) => ident)
  const score = (some: readonly string[]): number => scoreOf(processing, given(response, ...some))
  const none = score([])
  const alone = idents.map(ident => score([ident]) - none)
  const gains = idents.filter((_, index) => alone[index]! > 0)
  const wanted = wantedTogether(processing).map(answers => (answers.get(response.ident) ?? []).filter(ident => idents.includes(ident)))
  const tried = [...wanted, gains, idents, ...setsOf(idents)]
  const isSum = tried.every(some => Math.abs(none + some.reduce((sum, ident) => sum + alone[idents.indexOf(ident)]!, 0) - score(some)) < 1e-6)
  const best = bestOf(scored, tried.map(some => given(response, ...some)))
  if (best <= 0) return NO_RIGHT
  const right = new Set(tried.find(some => score(some) === best))
  const byParts = isSum && !/^allornothing$/i.test(item.about.get('scoring_algorithm') ?? '')
  if (!isSum && tried.some(some => score(some) > 0 && !(some.length === right.size && some.every(ident => right.has(ident))))) item.note('changed', 'only all right choices together earn something')
  const answers = labels.map(({ ident, text }, index) => ({ answer: text, fraction: Math.min(1, Math.max(-1, partOf(alone[index]!, best))), feedback: scored.said(response.ident, ident) }))
  const rules = { maxChoices: 0, ...isShuffled(response) !== true && { shuffle: false } }
  return {
    texts: answers.flatMap(({ answer, feedback }) => [answer, feedback]),
    draft: write => byParts
      ? { kind: 'choice', ...choiceFields(answers, false, write), ...rules }
      : { kind: 'choice', choices: labels.map(({ ident }, index) => ({ key: letter(index), text: write(answers[index]!.answer), ...right.has(ident) && { correct: true }, ...said('feedback', answers[index]!.feedback, write) })), ...rules }
  }
}

/** Every set of a few; of many, every pair. */
function setsOf (idents: readonly string[]): string[][] {
  if (idents.length > ALL_SETS) return idents.flatMap((one, index) => idents.slice(index + 1).map(other => [one, other]))
  return Array.from({ length: 2 ** idents.length }, (_, set) => idents.filter((_, bit) => (set >> bit & 1) === 1))
}

/** Stems, each with a list of the same choices. */
export function readMatch (scored: Scored, responses: readonly Response[]): Read {
  const { item, processing } = scored
  const stems = responses.map(response => ({ response, text: wordingIn(response.element, item.note) })).filter(({ text }) => text.text !== '')
  if (stems.length < responses.length) item.note('left-out', 'stems without a text are left out')
  const labels = filled(item, [...new Map(responses.flatMap(({ labels }) => labels).map(label => [label.ident, label])).values()])
  const rights = stems.map(({ response }) => {
    const scores = response.labels.map(({ ident }) => ({ ident, score: scoreOf(processing, given(response, ident)) }))
    const best = scores.reduce((best, one) => one.score > best.score ? one : best, { ident: '', score: 0 })
    // Where nothing counts but all of them together, what is asked for together.
    return best.ident !== '' ? best.ident : wantedTogether(processing).flatMap(answers => answers.get(response.ident) ?? [])[0] ?? ''
  })
  const together: Answers = new Map(stems.map(({ response }, index) => [response.ident, [rights[index]!]]))
  if (bestOf(scored, [together]) <= 0) return NO_RIGHT
  const each = stems.map(({ response }, index) => scoreOf(processing, given(response, rights[index]!)))
  const isWhole = each.every(score => score <= 0) || /^allornothing$/i.test(item.about.get('scoring_algorithm') ?? '')
  if (!isWhole && each.some(score => Math.abs(score - each[0]!) > Math.abs(each[0]! / 50))) item.note('changed', 'each pair earns as much as any other')
  const keys = new Map(labels.map(({ ident }, index) => [ident, letter(index)]))
  return {
    texts: [...stems.map(({ text }) => text), ...labels.map(({ text }) => text)],
    draft: write => ({
      kind: 'match',
      stems: stems.map(({ text }, index) => ({ key: String(index + 1), text: write(text), choice: keys.get(rights[index]!) ?? '' })),
      choices: labels.map(({ text }, index) => ({ key: letter(index), text: write(text) })),
      ...isWhole && { scoring: 'all-or-nothing' },
      ...responses.some(response => isShuffled(response) === false) && { shuffle: false }
    })
  }
}

/** Categories, each with a list of the same items, of which any number may be put into it (Canvas New Quizzes). */
export function readCategorise (scored: Scored, responses: readonly Response[]): Read {
  const { item, processing } = scored
  const labels = filled(item, [...new Map(responses.flatMap(({ labels }) => labels).map(label => [label.ident, label])).values()])
  const categories = responses.map((response, index) => ({ key: letter(index), ident: response.ident, text: wordingIn(response.element, item.note) }))
  const wanted = wantedTogether(processing)
  const homes = labels.map(({ ident }) => categories.filter(category => wanted.some(answers => answers.get(category.ident)?.includes(ident))).map(({ key }) => key))
  bestOf(scored, [new Map(categories.map(({ key, ident }) => [ident, labels.flatMap((label, index) => homes[index]!.includes(key) ? [label.ident] : [])]))])
  item.note('changed', 'each item earns its part, not each category')
  return {
    texts: [...categories.map(({ text }) => text), ...labels.map(({ text }) => text)],
    draft: write => ({
      kind: 'categorise',
      categories: categories.map(({ key, text }) => ({ key, text: write(text) })),
      items: labels.map(({ text }, index) => ({ key: String(index + 1), text: write(text), category: homes[index]!.length > 1 ? homes[index] : homes[index]![0] ?? null })),
      ...responses.some(response => isShuffled(response) === false) && { shuffle: false }
    })
  }
}

/** Items to be put in order. */
export function readOrder (scored: Scored, response: Response): Read {
  const wanted = wantedTogether(scored.processing).map(answers => answers.get(response.ident) ?? []).find(order => order.length > 0) ?? []
  const labels = new Map(response.labels.map(label => [label.ident, label.text]))
  if (wanted.length !== labels.size || wanted.some(ident => !labels.has(ident))) return { problem: 'its right order does not name every item once' }
  bestOf(scored, [given(response, ...wanted)])
  if (elementsIn(response.element, 'render_extension').some(inside => elementsIn(inside, 'material').length > 0)) scored.item.note('left-out', 'what stands at the ends of the list is left out')
  const texts = wanted.map(ident => labels.get(ident)!)
  return { texts, draft: write => ({ kind: 'order', items: texts.map((text, index) => ({ key: letter(index), text: write(text) })) }) }
}

function words ({ text, format }: Wording): string {
  return (format === 'html' ? plainOf(text, 'html').text : text).trim()
}
