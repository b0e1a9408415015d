import Type, { type Static } from 'typebox'
import { questionSchema, quizSchema } from '../quiz/definition.ts'
import { key } from '../quiz/question.ts'
import { text } from '../quiz/text.ts'

const language = Type.String({
  pattern: '^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$',
  maxLength: 35,
  title: 'a language tag (BCP 47), such as `en`, `ar` or `zh-Hans`',
  description: 'The first language: what a plain string is written in, and what a trainee reads when there is nothing nearer'
})

const activity = Type.Union([
  Type.Object({ lesson: key }, { additionalProperties: false, description: 'A lesson: lessons/<key>.<language>.md' }),
  Type.Object({ quiz: key }, { additionalProperties: false, description: 'A quiz: one of `quizzes` below' })
])

const module = Type.Object({
  key,
  title: text,
  summary: Type.Optional(text),
  activities: Type.Array(activity, { minItems: 1, maxItems: 200, description: 'In the order a trainee meets them' })
}, { additionalProperties: false, title: 'Module' })

/** course.yaml: what a course is. */
export const courseSchema = Type.Object({
  slug: key,
  language,
  title: text,
  summary: text,
  certificate: Type.Optional(Type.Object({
    validMonths: Type.Optional(Type.Integer({ minimum: 1, maximum: 1200, description: 'The certificate does not expire when left out' }))
  }, { additionalProperties: false })),
  modules: Type.Array(module, { minItems: 1, maxItems: 200 }),
  quizzes: Type.Optional(Type.Array(quizSchema, { maxItems: 500 }))
}, { additionalProperties: false, title: 'Course' })

export type CourseFile = Static<typeof courseSchema>

/** banks/*.yaml, for editors. A reader holds each question against its own kind instead, which says more. */
export const bankSchema = Type.Object({
  title: text,
  questions: Type.Array(questionSchema, { minItems: 1, maxItems: 5000 })
}, { additionalProperties: false, title: 'Bank of questions' })

/** A bank without a look at its questions. */
export const bankFrameSchema = Type.Object({
  title: text,
  questions: Type.Array(Type.Object({}), { minItems: 1, maxItems: 5000 })
}, { additionalProperties: false })

/** The heading of a lesson. */
export const lessonHeadingSchema = Type.Object({
  title: Type.String({ pattern: '\\S', maxLength: 300 })
}, { additionalProperties: false })

export type LessonHeading = Static<typeof lessonHeadingSchema>

/** `<key>.<language>.md` */
export const LESSON_NAME = /^(?<key>[a-z0-9]+(?:-[a-z0-9]+)*)\.(?<language>[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*)\.md$/

/** A picture's file. */
export const IMAGE_NAME = /^[a-z0-9]+(?:-[a-z0-9]+)*\.(?:png|jpe?g|gif|webp)$/

/** A file that trainees may download. */
export const ATTACHMENT_NAME = /^[a-z0-9]+(?:-[a-z0-9]+)*\.(?:pdf|docx|xlsx|pptx|odt|ods|odp|csv|txt)$/

/** `<name>.yaml` */
export const BANK_NAME = /^(?<name>[a-z0-9]+(?:-[a-z0-9]+)*)\.yaml$/
