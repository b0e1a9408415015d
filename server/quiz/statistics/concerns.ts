import type { QuestionStatistics } from './question-statistics.ts'

/** Why somebody should look at a question.
 * - `negative`: those who do better in the test do worse here; look at the key first
 * - `better-wrong`: those who took some wrong choice have higher totals than those who were right
 * - `translation`: harder in one language than in another for people of the same score
 * - `guessed`: no easier than guessing
 * - `weak`: hardly goes together with the rest of the test
 * - `misfit`: answers less predictable than the Rasch model expects
 * - `too-hard`, `too-easy`: nearly nobody, or nearly everybody, is right */
export type Concern = 'negative' | 'better-wrong' | 'translation' | 'guessed' | 'weak' | 'misfit' | 'too-hard' | 'too-easy'

/** The gravest first. */
export const CONCERNS: readonly Concern[] = ['negative', 'better-wrong', 'translation', 'guessed', 'weak', 'misfit', 'too-hard', 'too-easy']

/** Fewer answers than this, and figures say more about the few than about the question. */
export const LEAST_ANSWERS = 20

/** What is wrong with a question, the gravest first; [] for a good one, and for one too few have met.
 *
 * Bounds: discrimination below 20 is weak (Moodle, "Quiz report statistics": 20–29 weak, below that very weak); infit or outfit above
 * 1.3 (Wright & Linacre, Rasch Measurement Transactions 8, 1994, for tests of choices); facility below 10 or above 95; within 5 of a
 * random guess; a wrong choice counts when a twentieth took it, and five people at the least.
 * @param suspect whether its translations are (group-difference.ts) */
export function concernsOf (question: Omit<QuestionStatistics, 'concerns'>, suspect: boolean): Concern[] {
  if (question.count < LEAST_ANSWERS) return []
  const { facilityPercent: facility, discriminationIndexPercent: discrimination, randomGuessPercent: guess, rasch } = question
  const about: Readonly<Record<Concern, boolean>> = {
    negative: question.negativeCovariance || (discrimination !== null && discrimination < -5),
    'better-wrong': hasBetterWrong(question),
    translation: suspect,
    guessed: guess !== null && guess > 0 && facility !== null && facility <= guess + 5,
    weak: discrimination !== null && discrimination < 20,
    misfit: rasch !== null && Math.max(rasch.infit, rasch.outfit) > 1.3,
    'too-hard': facility !== null && facility < 10,
    'too-easy': facility !== null && facility > 95
  }
  return CONCERNS.filter(concern => about[concern] && !(concern === 'weak' && about.negative))
}

function hasBetterWrong ({ responses }: Pick<QuestionStatistics, 'responses'>): boolean {
  return responses.some(({ part, response, right, count, percent, meanTotal }) => {
    const counterparts = responses.filter(other => other.right === true && other.part === part)
    return right === false && response !== '' && count >= 5 && percent >= 5 && counterparts.length > 0 && counterparts.every(other => other.meanTotal < meanTotal)
  })
}
