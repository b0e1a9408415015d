import { pathToFileURL } from 'node:url'
import { gradeAnswer, kinds, type QuestionDefinition } from '../server/quiz/quiz.ts'
import { tableOf, type Scenario } from './bench.ts'

export const scenario: Scenario = {
  title: 'Answers graded a second',
  mostMinutes: 3,
  run: async ({ quick }) => {
    const perSecond = benchGrading(quick ? 0.1 : 0.5)
    return { figures: { perSecond }, table: tableOf(['kind', 'answers a second'], Object.entries(perSecond).map(([kind, count]) => [kind, count.toLocaleString('en-GB')])) }
  }
}

/** @param seconds how long each kind is measured
 * @returns answers graded a second, by kind: every sample of the kind over and over, through the door that attempts use */
export function benchGrading (seconds = 0.5): Readonly<Record<string, number>> {
  return Object.fromEntries(Object.values(kinds).map(({ name, samples }) => {
    const cases = samples.flatMap(({ definition, cases }) => cases.map(({ answer }) => [definition, answer] as const))
    gradeFor(cases, seconds / 5)
    return [name, gradeFor(cases, seconds)]
  }))
}

function gradeFor (cases: readonly (readonly [QuestionDefinition, unknown])[], seconds: number): number {
  const start = performance.now()
  let graded = 0
  while (performance.now() - start < seconds * 1000) {
    for (const [definition, answer] of cases) gradeAnswer(definition, answer)
    graded += cases.length
  }
  return Math.round(graded / (performance.now() - start) * 1000)
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  for (const [kind, perSecond] of Object.entries(benchGrading())) console.log(`${kind.padEnd(14)} ${perSecond.toLocaleString('en-GB').padStart(12)} answers graded a second`)
}
