import type { SamplePaper } from '../courses/drafts/sample-paper.ts'
import { directionOf } from '../http/messages.ts'
import { formatNumber } from '../http/pages.ts'
import { renderMarkdown } from '../courses/markdown.ts'
import { numbersOf, openSlots, reviewOf, textIn, type BehaviourName, type Paper, type QuestionDefinition, type SlotReview } from '../quiz/quiz.ts'
import type { PictureRef } from '../courses/picture.ts'
import { questionView, type AskedAttempt, type QuestionView, type Reader } from './views.ts'

export interface Drawn {
  readonly paper: Paper
  readonly behaviour: BehaviourName
  readonly definitionOf: (slot: number) => QuestionDefinition
  /** The course's first language. */
  readonly language: string
  readonly pictures: Readonly<Record<string, PictureRef>>
}

/** The questions of a paper that nobody sits, as a trainee would see them before the first answer. */
export function drawnQuestions ({ paper, behaviour, definitionOf, language, pictures }: Drawn, reader: Reader): QuestionView[] {
  const slots = openSlots(paper.slots)
  const seen: AskedAttempt = { reach: 'own', language, pictures, uploads: [], slots, definitionOf, row: { id: '', state: 'open', paper, endedBy: null }, quiz: { behaviour } }
  const reviews = reviewOf({ slots, behaviour }, {}, definitionOf, reader.language)
  return paper.slots.map((slot, index) => questionView(seen, slot, reviews[index] as SlotReview, reader, true)) // one for each
}

/** A sample paper, page by page. @param seeds of the papers that are offered, the shown one among them */
export function samplePages (sample: SamplePaper, reader: Reader): { readonly pages: object[], readonly count: string, readonly marks: string, readonly intro: string } {
  const { t, language } = reader
  const { paper, quiz } = sample
  if (paper === null || quiz === null) return { pages: [], count: '', marks: '', intro: '' }
  const questions = drawnQuestions({ ...sample, paper, behaviour: quiz.behaviour }, reader)
  const pages = Map.groupBy(paper.slots, ({ page }) => page)
  return {
    count: t('drafts.sample.questions', { count: numbersOf(paper.slots).filter((number) => number !== null).length }),
    marks: t('drafts.sample.marks', { marks: paper.slots.reduce((sum, { mark }) => sum + mark, 0) }),
    intro: quiz.intro === undefined ? '' : renderMarkdown(textIn(quiz.intro, language, sample.language)),
    pages: [...pages].map(([page, slots]) => ({
      title: t('drafts.sample.page', { page: formatNumber(page, language) }),
      questions: slots.map(({ slot }) => ({ ...questions[slot - 1], keyOf: sample.definitionOf(slot).key, direction: directionOf(sample.language) }))
    }))
  }
}
