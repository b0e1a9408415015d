import { formatNumber } from '../http/pages.ts'
import type { Reader } from '../progress/views.ts'
import { textIn, type QuizDefinition } from '../quiz/quiz.ts'

/** What a trainee should know of a quiz's rules before beginning, a sentence each: how answers are treated, what tries and
 * certainty do to marks, which attempt counts, what must be reached in parts, and what happens when the time is up.
 * @param firstLanguage of the course */
export function rulesOf (quiz: QuizDefinition, firstLanguage: string, { t, language }: Pick<Reader, 't' | 'language'>): string[] {
  const number = (value: number): string => formatNumber(value, language)
  const asksCertainty = quiz.behaviour.endsWith('-certainty')
  const { right = [1, 2, 3], wrong = [0, -2, -6] } = quiz.certainty ?? {}
  const scores = (of: readonly number[]): object => Object.fromEntries(of.map((score, index) => [['low', 'middle', 'high'][index], number(score)]))
  return [
    t(`attempts.rule.${quiz.behaviour}`),
    ...asksCertainty ? [t('attempts.rule.certain-right', { ...scores(right) }), t('attempts.rule.certain-wrong', { ...scores(wrong) })] : [],
    ...quiz.floor === false ? [t('attempts.rule.no-floor')] : [],
    ...quiz.attempts === 1 ? [] : [t(`attempts.rule.grade-of.${quiz.gradeOf ?? 'highest'}`)],
    ...quiz.sections.flatMap(({ minPercent, title }, index) => minPercent === undefined ? [] : [t('attempts.rule.section', {
      percent: minPercent, section: title === undefined ? t('attempts.section', { number: number(index + 1) }) : textIn(title, language, firstLanguage)
    })]),
    ...quiz.limitMinutes === undefined ? [] : [t(`attempts.rule.overdue.${quiz.overdue ?? 'submit'}`, { seconds: quiz.graceSeconds ?? 0 })]
  ]
}
