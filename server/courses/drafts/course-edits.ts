import { isMap, isSeq, parseDocument, type Document, type YAMLSeq } from 'yaml'
import type { QuizDefinition } from '../../quiz/definition.ts'
import { LANGUAGE, type Text } from '../../quiz/text.ts'
import { Refusal } from '../../refusals.ts'
import { parseLocatedYaml } from '../located-yaml.ts'
import { append, assign, editYaml } from './edit-yaml.ts'

/** A change of course.yaml, as a form asks for it. Modules, lessons and quizzes are named by their keys; places count from 0. */
export type CourseEdit =
  | { readonly do: 'facts', readonly slug: string, readonly language: string, readonly title: Texts, readonly summary: Texts, readonly validMonths: number | null }
  | { readonly do: 'add-module', readonly key: string, readonly title: Texts }
  | { readonly do: 'edit-module', readonly module: string, readonly title: Texts, readonly summary: Texts }
  | { readonly do: 'move-module', readonly module: string, readonly to: number }
  | { readonly do: 'remove-module', readonly module: string }
  | { readonly do: 'add-lesson', readonly module: string, readonly key: string }
  | { readonly do: 'add-quiz', readonly module: string, readonly quiz: QuizDefinition }
  | { readonly do: 'move-activity', readonly key: string, readonly module: string, readonly to: number }
  | { readonly do: 'remove-activity', readonly key: string }
  | { readonly do: 'quiz', readonly quiz: QuizDefinition }

/** A text by language; '' for a language that it is not written in. */
export type Texts = Readonly<Record<string, string>>

/** A course.yaml as far as it can be read, whole or not. */
export interface Sketch {
  readonly slug: string
  readonly language: string
  readonly title: Text
  readonly summary: Text
  readonly validMonths: number | null
  readonly modules: readonly SketchModule[]
  /** As written, whatever that is; those without a key left out. */
  readonly quizzes: ReadonlyArray<Readonly<Record<string, unknown>> & { readonly key: string }>
}

export interface SketchModule {
  readonly key: string
  readonly title: Text
  readonly summary: Text
  readonly activities: ReadonlyArray<{ readonly key: string, readonly kind: 'lesson' | 'quiz' }>
}

/** @returns undefined for what is no YAML */
export function sketchOf (text: string): Sketch | undefined {
  const yaml = parseLocatedYaml(text)
  if ('problems' in yaml) return undefined
  const course = mapOf(yaml.value)
  const months = mapOf(course['certificate'])['validMonths']
  return {
    slug: wordsOf(course['slug']),
    language: new RegExp(LANGUAGE).test(wordsOf(course['language'])) ? wordsOf(course['language']) : 'en',
    title: textOf(course['title']),
    summary: textOf(course['summary']),
    validMonths: typeof months === 'number' ? months : null,
    modules: listOf(course['modules']).map((value): SketchModule => {
      const module = mapOf(value)
      return {
        key: wordsOf(module['key']),
        title: textOf(module['title']),
        summary: textOf(module['summary']),
        activities: listOf(module['activities']).flatMap((value): Array<SketchModule['activities'][number]> => {
          const { lesson, quiz } = mapOf(value)
          if (typeof lesson === 'string') return [{ key: lesson, kind: 'lesson' }]
          return typeof quiz === 'string' ? [{ key: quiz, kind: 'quiz' }] : []
        })
      }
    }),
    quizzes: listOf(course['quizzes']).flatMap((value) => {
      const quiz = mapOf(value)
      return typeof quiz['key'] === 'string' ? [{ ...quiz, key: quiz['key'] }] : []
    })
  }
}

function mapOf (value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value as Readonly<Record<string, unknown>> : {}
}

function listOf (value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

function wordsOf (value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : ''
}

function textOf (value: unknown): Text {
  if (typeof value !== 'object' || value === null) return wordsOf(value)
  const wordings = Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string')
  return wordings.length === 0 ? '' : Object.fromEntries(wordings)
}

/** A text by language, a plain one under the first language. */
export function wordingsOf (text: Text, first: string): Texts {
  return typeof text === 'string' ? { [first]: text } : text
}

/** A text as it is written: plain where it is in the first language alone. */
export function asText (texts: Texts, first: string): Text {
  const wordings = Object.entries(texts).map(([language, words]) => [language, words.replace(/\r\n?/g, '\n').trim()] as const).filter(([, words]) => words !== '')
  const [only] = wordings
  if (only === undefined) return ''
  return wordings.length === 1 && only[0] === first ? only[1] : Object.fromEntries(wordings)
}

/** Makes a change of course.yaml. All that it does not touch stays as it is written, comments too.
 * @throws Refusal bad-input when the text is no YAML, or names something that is not there */
export function editCourse (text: string, edit: CourseEdit): string {
  const yaml = parseLocatedYaml(text)
  if ('problems' in yaml) throw new Refusal('bad-input', {}, yaml.problems.map(({ line, message }) => ({ path: 'course.yaml', line, message: `course.yaml ${message}` })))
  const language = sketchOf(text)?.language ?? 'en'
  const edited = editYaml(text, (document) => { change(document, edit, language) })
  // What a form writes is proper YAML again, whatever was typed into it.
  if (parseDocument(edited).errors.length > 0) throw new Error('an edit of course.yaml cannot be read')
  return edited
}

function change (document: Document, edit: CourseEdit, language: string): void {
  switch (edit.do) {
    case 'facts': {
      const { slug, title, summary, validMonths } = edit
      assign(document, ['slug'], slug)
      assign(document, ['language'], edit.language)
      assign(document, ['title'], asText(title, edit.language))
      assign(document, ['summary'], asText(summary, edit.language))
      if (validMonths !== null) assign(document, ['certificate', 'validMonths'], validMonths)
      else if (document.hasIn(['certificate', 'validMonths'])) document.delete('certificate')
      return
    }
    case 'add-module': {
      append(document, seqAt(document, ['modules']), { key: edit.key, title: asText(edit.title, language), activities: [] })
      return
    }
    case 'edit-module': {
      const at = ['modules', indexOf(modulesOf(document), edit.module)]
      assign(document, [...at, 'title'], asText(edit.title, language))
      const summary = asText(edit.summary, language)
      if (summary !== '') assign(document, [...at, 'summary'], summary)
      else document.deleteIn([...at, 'summary'])
      return
    }
    case 'move-module': {
      const modules = modulesOf(document)
      move(modules, indexOf(modules, edit.module), modules, edit.to)
      return
    }
    case 'remove-module': {
      const modules = modulesOf(document)
      const at = indexOf(modules, edit.module)
      for (const quiz of activityKeys(modules.items[at], 'quiz')) removeQuiz(document, quiz)
      modules.items.splice(at, 1)
      return
    }
    case 'add-lesson': {
      append(document, activitiesAt(document, edit.module), { lesson: edit.key })
      return
    }
    case 'add-quiz': {
      append(document, activitiesAt(document, edit.module), { quiz: edit.quiz.key })
      append(document, seqAt(document, ['quizzes']), edit.quiz)
      return
    }
    case 'move-activity': {
      const found = findActivity(document, edit.key)
      move(found.activities, found.at, activitiesAt(document, edit.module), edit.to)
      return
    }
    case 'remove-activity': {
      const { activities, at } = findActivity(document, edit.key)
      const item = activities.items[at]
      if (isMap(item) && item.has('quiz')) removeQuiz(document, edit.key)
      activities.items.splice(at, 1)
      return
    }
    case 'quiz': {
      const quizzes = seqAt(document, ['quizzes'])
      assign(document, ['quizzes', indexOf(quizzes, edit.quiz.key)], edit.quiz)
    }
  }
}

function modulesOf (document: Document): YAMLSeq {
  return seqAt(document, ['modules'])
}

/** A list, made when it is not there; one that is empty is written a line an item from now on. */
function seqAt (document: Document, path: ReadonlyArray<string | number>): YAMLSeq {
  const known = document.getIn(path, true)
  if (isSeq(known)) {
    if (known.items.length === 0) known.flow = false
    return known
  }
  const made = document.createNode([]) as YAMLSeq
  document.setIn(path, made)
  return made
}

function indexOf (list: YAMLSeq, key: string): number {
  const at = list.items.findIndex((item) => isMap(item) && item.get('key') === key)
  if (at < 0) throw new Refusal('bad-input', {}, [{ path: 'key', message: `'${key}' is not there any more` }])
  return at
}

function activitiesAt (document: Document, module: string): YAMLSeq {
  return seqAt(document, ['modules', indexOf(modulesOf(document), module), 'activities'])
}

function findActivity (document: Document, key: string): { readonly activities: YAMLSeq, readonly at: number } {
  for (const index of modulesOf(document).items.keys()) {
    const activities = seqAt(document, ['modules', index, 'activities'])
    const at = activities.items.findIndex((item) => isMap(item) && (item.get('lesson') === key || item.get('quiz') === key))
    if (at >= 0) return { activities, at }
  }
  throw new Refusal('bad-input', {}, [{ path: 'key', message: `'${key}' is not there any more` }])
}

function activityKeys (module: unknown, kind: 'lesson' | 'quiz'): string[] {
  const activities = isMap(module) ? module.get('activities') : undefined
  return isSeq(activities) ? activities.items.flatMap((item) => isMap(item) && item.has(kind) ? [String(item.get(kind))] : []) : []
}

function removeQuiz (document: Document, key: string): void {
  const quizzes = document.getIn(['quizzes'], true)
  if (!isSeq(quizzes)) return
  const at = quizzes.items.findIndex((item) => isMap(item) && item.get('key') === key)
  if (at >= 0) quizzes.items.splice(at, 1)
  if (quizzes.items.length === 0) document.delete('quizzes')
}

/** A comment that stands above an item moves with it: the library keeps it with the item. Above the first it is the list's own. */
function move (from: YAMLSeq, at: number, into: YAMLSeq, to: number): void {
  const [item] = from.items.splice(at, 1)
  into.items.splice(Math.max(0, Math.min(to, into.items.length)), 0, item)
}

/** A key that nothing in the course has: of a title's Latin letters and digits, else of a word and a number.
 * @param taken keys, and those of files that were taken away */
export function freshKey (title: string, word: string, taken: ReadonlySet<string>): string {
  const wanted = title.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase().replace(/[^a-z0-9]+/g, '-').replace(/^-+|-+$/g, '').slice(0, 60).replace(/-+$/, '')
  const base = wanted === '' ? word : wanted
  let key = wanted === '' ? `${word}-1` : wanted
  for (let number = 2; taken.has(key); number++) key = `${base}-${number}`
  return key
}
