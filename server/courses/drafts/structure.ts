import { LANGUAGE } from '../../quiz/text.ts'
import { Refusal } from '../../refusals.ts'
import { LESSON_NAME } from '../course-schema.ts'
import { freshKey, type CourseEdit, type Sketch, type Texts } from './course-edits.ts'
import type { DraftFile, FileEdit } from './drafts.ts'
import { withParts } from './lesson-text.ts'
import { emptyQuiz } from './quiz-form.ts'

export interface Step {
  readonly edit: CourseEdit
  /** Of a lesson that is added. */
  readonly title: string
  /** Where one lands; null for the draft itself. */
  readonly opens: string | null
  readonly anchor: string
}

/** What a button of the course's page does: `up-module:KEY`, `add-lesson:KEY`, and so on.
 * @throws Refusal bad-input for what names nothing */
export function stepOf (body: Readonly<Record<string, unknown>> & { readonly go: string }, sketch: Sketch, paths: ReadonlySet<string>, sectionTitle: string): Step {
  const [go = '', key = ''] = body.go.split(':')
  const first = sketch.language
  const title = textsIn(body, 'title')
  const words = title[first] ?? ''
  const plain = { title: words, opens: null, anchor: '' }
  const modules = sketch.modules
  const at = modules.findIndex((module) => module.key === key)
  const keys = new Set([...modules.flatMap(({ activities }) => activities.map(({ key }) => key)), ...[...paths].flatMap((path) => LESSON_NAME.exec(path.replace(/^lessons\//, ''))?.groups?.['key'] ?? []), ...sketch.quizzes.map(({ key }) => key)])
  switch (go) {
    case 'add-module': return { ...plain, edit: { do: 'add-module', key: freshKey(words, 'module', new Set(modules.map(({ key }) => key))), title }, anchor: `#module-${modules.length + 1}` }
    case 'edit-module': return { ...plain, edit: { do: 'edit-module', module: key, title, summary: textsIn(body, 'summary') }, anchor: `#module-${at + 1}` }
    case 'up-module': return { ...plain, edit: { do: 'move-module', module: key, to: at - 1 }, anchor: `#module-${at}` }
    case 'down-module': return { ...plain, edit: { do: 'move-module', module: key, to: at + 1 }, anchor: `#module-${at + 2}` }
    case 'move-module': return { ...plain, edit: { do: 'move-module', module: key, to: Number(body['to'] ?? 0) } }
    case 'remove-module': return { ...plain, edit: { do: 'remove-module', module: key } }
    case 'add-lesson': {
      const made = freshKey(words, 'lesson', keys)
      return { ...plain, edit: { do: 'add-lesson', module: key, key: made }, opens: `/lessons/${made}` }
    }
    case 'add-quiz': {
      const made = freshKey(words, 'quiz', keys)
      return { ...plain, edit: { do: 'add-quiz', module: key, quiz: emptyQuiz(made, words.trim() === '' ? sectionTitle : words.trim()) }, opens: `/quizzes/${made}` }
    }
    case 'up-activity': case 'down-activity': return { ...plain, edit: neighbourOf(sketch, key, go === 'up-activity' ? -1 : 1) }
    case 'move-activity': return { ...plain, edit: { do: 'move-activity', key, module: String(body['module'] ?? ''), to: Number(body['to'] ?? 0) } }
    case 'remove-activity': return { ...plain, edit: { do: 'remove-activity', key } }
    default: throw new Refusal('bad-input', {}, [{ path: 'go', message: 'is no button of this page' }])
  }
}

/** What a change of course.yaml does to other files: a lesson that is added begins, those that are taken away go in every language.
 * @param title of a lesson that is added, in the course's first language */
export function filesOf (edit: CourseEdit, { language, modules }: Pick<Sketch, 'language' | 'modules'>, files: readonly DraftFile[], title: string): FileEdit[] {
  if (edit.do === 'add-lesson') return [{ path: `lessons/${edit.key}.${language}.md`, version: 0, content: withParts('', { title, body: '' }) }]
  const gone = edit.do === 'remove-activity' ? [edit.key] : edit.do === 'remove-module' ? modules.find(({ key }) => key === edit.module)?.activities.filter(({ kind }) => kind === 'lesson').map(({ key }) => key) ?? [] : []
  return files.filter(({ path }) => path.startsWith('lessons/') && gone.includes(LESSON_NAME.exec(path.slice('lessons/'.length))?.groups?.['key'] ?? ''))
    .map(({ path, version }) => ({ path, version, content: null }))
}

/** One place up or down, from the end of a module into the next. */
function neighbourOf (sketch: Sketch, key: string, step: -1 | 1): CourseEdit {
  const at = sketch.modules.findIndex(({ activities }) => activities.some((activity) => activity.key === key))
  const module = sketch.modules[at]
  const index = module?.activities.findIndex((activity) => activity.key === key) ?? -1
  if (module === undefined) throw new Refusal('bad-input', {}, [{ path: 'key', message: `'${key}' is not there any more` }])
  const to = index + step
  if (to >= 0 && to < module.activities.length) return { do: 'move-activity', key, module: module.key, to }
  const next = sketch.modules[at + step] ?? module
  return { do: 'move-activity', key, module: next.key, to: next === module ? index : step === -1 ? next.activities.length : 0 }
}

/** Fields `<name>.<language>` of a form. */
export function textsIn (body: Readonly<Record<string, unknown>>, name: string): Texts {
  return Object.fromEntries(Object.entries(body).flatMap(([field, value]) => field.startsWith(`${name}.`) && typeof value === 'string' && new RegExp(LANGUAGE).test(field.slice(name.length + 1)) ? [[field.slice(name.length + 1), value]] : []))
}
