import Type from 'typebox'
import type { Deps } from '../../deps.ts'
import type { App } from '../../http/app-type.ts'
import { signedIn } from '../../http/session.ts'
import { STAFF } from '../../people/access.ts'
import { checkQuiz } from '../../quiz/quiz.ts'
import { key } from '../../quiz/question.ts'
import { LANGUAGE } from '../../quiz/text.ts'
import { Refusal } from '../../refusals.ts'
import { editCourse, sketchOf, type CourseEdit } from './course-edits.ts'
import { draftQuestions } from './draft-questions.ts'
import { getDraft, openFile, saveFiles, versionAt, type FileEdit } from './drafts.ts'
import { ById, COURSE, Id } from './frame-routes.ts'
import { emptyQuiz } from './quiz-form.ts'
import { quizSays } from './quiz-view.ts'
import { filesOf } from './structure.ts'

const TAGS = { tags: ['drafts'] } as const
const Texts = Type.Record(Type.String({ pattern: LANGUAGE }), Type.String({ maxLength: 20_000 }), { description: 'By language' })
const Place = Type.Integer({ minimum: 0, description: 'From 0' })
const does = <Name extends CourseEdit['do']>(name: Name) => Type.Literal(name)

/** What the forms of a draft's course do, one change at a time. None says that it has no more: the first would take from the others what is theirs. */
const Edit = Type.Union([
  Type.Object({ do: does('facts'), slug: key, language: Type.String({ pattern: LANGUAGE, maxLength: 35 }), title: Texts, summary: Texts, validMonths: Type.Union([Type.Integer({ minimum: 1 }), Type.Null()]) }),
  Type.Object({ do: does('add-module'), key, title: Texts }),
  Type.Object({ do: does('edit-module'), module: key, title: Texts, summary: Texts }),
  Type.Object({ do: does('move-module'), module: key, to: Place }),
  Type.Object({ do: does('remove-module'), module: key }),
  Type.Object({ do: does('add-lesson'), module: key, key, title: Type.String({ maxLength: 300, description: 'In the course’s first language' }) }),
  Type.Object({ do: does('add-quiz'), module: key, key, title: Type.String({ minLength: 1, maxLength: 300 }) }),
  Type.Object({ do: does('move-activity'), key, module: key, to: Place }),
  Type.Object({ do: does('remove-activity'), key })
], { description: 'Lessons that are taken away go in every language; a new quiz is then set by itself' })

/** The changes that the pages of a draft make by forms, and what they show beside them, for other programs. */
export function draftEditApi (app: App, { db, world }: Deps): void {
  app.post('/api/v1/drafts/:id/edits', {
    config: { access: STAFF },
    schema: {
      ...TAGS,
      description: 'Changes course.yaml as a form would, leaving the rest as it is written. When another save came first, of course.yaml or of a lesson that goes with what is removed: 409 with `now`, what stands there.',
      params: ById,
      body: Type.Object({
        version: Type.Integer({ minimum: 0, description: 'The version of course.yaml that was seen' }),
        seen: Type.Optional(Type.String({ maxLength: 40, description: '`changedAt` of the draft as it was looked at: needed where lessons go with what is removed' })),
        edit: Edit
      }, { additionalProperties: false }),
      response: { 200: Type.Object({ versions: Type.Record(Type.String(), Type.Integer()) }) }
    }
  }, async (request) => {
    const person = signedIn(request)
    const { id } = request.params
    const { version, edit, seen } = request.body
    const { files } = await getDraft(db, person, id)
    const text = (await openFile(db, person, id, COURSE)).text ?? ''
    const wanted = edit.do === 'add-quiz' ? { do: edit.do, module: edit.module, quiz: emptyQuiz(edit.key, edit.title) } : edit
    const content = editCourse(text, wanted)
    const sketch = sketchOf(text) ?? { language: 'en', modules: [] }
    // A lesson that goes with its place in the course is one that was looked at as it stands.
    const others = await Promise.all(filesOf(wanted, sketch, files, edit.do === 'add-lesson' ? edit.title : '').map(async (other): Promise<FileEdit> => {
      if (other.content !== null) return other
      if (seen === undefined) throw new Refusal('bad-input', {}, [{ path: 'seen', message: 'is missing' }])
      return { ...other, version: await versionAt(db, person, id, other.path, seen) }
    }))
    const edits = [{ path: COURSE, version, content }, ...others]
    return { versions: { ...await saveFiles(db, world, person, id, edit.do === 'facts' ? 'facts' : 'structure', edits) } }
  })

  app.get('/api/v1/drafts/:id/quizzes/:key', {
    config: { access: STAFF },
    schema: {
      ...TAGS,
      description: 'A quiz as it is written, and in sentences what it will do',
      params: Type.Object({ id: Id, key }),
      response: {
        200: Type.Object({
          quiz: Type.Unknown({ description: 'As in course.yaml' }), version: Type.Integer({ description: 'Of course.yaml' }), whole: Type.Boolean(),
          says: Type.Array(Type.String()), problems: Type.Array(Type.String())
        })
      }
    }
  }, async (request) => {
    const { sketch, questions, files, language } = await draftQuestions(db, signedIn(request), request.params.id)
    const quiz = sketch?.quizzes.find(({ key }) => key === request.params.key)
    if (quiz === undefined) throw new Refusal('not-found')
    const { sentences, problems } = quizSays(quiz, questions.map(({ definition }) => definition), language, { t: request.t })
    return { quiz, version: files.find(({ path }) => path === COURSE)?.version ?? 0, whole: 'quiz' in checkQuiz(quiz), says: [...sentences], problems: [...problems] }
  })
}
