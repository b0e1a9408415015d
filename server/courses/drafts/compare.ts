import { isDeepStrictEqual } from 'node:util'
import { stringify } from 'yaml'
import type { Text } from '../../quiz/text.ts'
import { parseLocatedYaml } from '../located-yaml.ts'
import { hashed } from '../hashed-file.ts'
import { decode, holdingOf, type SourceFile } from '../source-files.ts'
import { sketchOf, type Sketch } from './course-edits.ts'
import { readableDiff, type DiffLine } from './line-diff.ts'

export type Kind = 'added' | 'changed' | 'removed'

/** One thing that differs between two states of a course. */
export interface Difference {
  readonly kind: Kind
  /** Of a module, lesson, quiz or question; the path of a file; the name of a fact. */
  readonly key: string
  /** What it is called, where it has a name. */
  readonly title: Text
  /** Of a lesson: the language. Of a question: its bank. */
  readonly of?: string
  /** What differs in its text; [] where that is not to be shown. */
  readonly lines: readonly DiffLine[]
}

/** What differs between two states of a course, part by part. */
export interface Comparison {
  /** Title, summary, language, certificate, slug. */
  readonly facts: readonly Difference[]
  readonly modules: readonly Difference[]
  /** True when modules or activities stand in another order. */
  readonly isReordered: boolean
  readonly lessons: readonly Difference[]
  readonly quizzes: readonly Difference[]
  readonly questions: readonly Difference[]
  /** Pictures, downloads, and files that cannot be read as what they are. */
  readonly files: readonly Difference[]
}

interface Parts {
  readonly sketch: Sketch | undefined
  readonly lessons: ReadonlyMap<string, { readonly title: string, readonly text: string }>
  readonly quizzes: ReadonlyMap<string, { readonly title: Text, readonly value: unknown }>
  readonly questions: ReadonlyMap<string, { readonly bank: string, readonly prompt: Text, readonly value: unknown }>
  readonly files: ReadonlyMap<string, string>
}

/** Compares two states of a course by their files, whole or not. */
export function compareCourses (before: readonly SourceFile[], after: readonly SourceFile[]): Comparison {
  // Banks that are the same need no reading.
  const hashes = new Map(before.map(hashed).map(({ path, hash }) => [path, hash]))
  const same = new Set(after.map(hashed).filter(({ path, hash }) => holdingOf(path) === 'text' && path.startsWith('banks/') && hashes.get(path) === hash).map(({ path }) => path))
  const old = partsOf(before.filter(({ path }) => !same.has(path)))
  const now = partsOf(after.filter(({ path }) => !same.has(path)))
  const first = now.sketch?.language ?? old.sketch?.language ?? 'en'
  return {
    facts: factsOf(old.sketch, now.sketch),
    modules: differences(modulesOf(old.sketch), modulesOf(now.sketch), ({ title, summary }) => yaml({ title, ...summary !== '' && { summary } })),
    isReordered: orderOf(old.sketch, now.sketch) !== orderOf(now.sketch, old.sketch),
    lessons: differences(old.lessons, now.lessons, ({ text }) => text).map((found) => {
      const [key = '', ...language] = found.key.split('.')
      return { ...found, key, of: language.join('.') || first }
    }),
    quizzes: differences(old.quizzes, now.quizzes, ({ value }) => yaml(value)),
    questions: differences(old.questions, now.questions, ({ value }) => yaml(value)).map((found) => ({ ...found, of: (now.questions.get(found.key) ?? old.questions.get(found.key))?.bank ?? '' })),
    files: differences(new Map([...old.files].map(([path, hash]) => [path, { title: path, hash }])), new Map([...now.files].map(([path, hash]) => [path, { title: path, hash }])), ({ hash }) => hash)
      .map((found) => ({ ...found, lines: [] }))
  }
}

export function isSameCourse ({ isReordered, ...parts }: Comparison): boolean {
  return !isReordered && Object.values(parts).every((found) => found.length === 0)
}

function partsOf (files: readonly SourceFile[]): Parts {
  const lessons = new Map<string, { title: string, text: string }>()
  const questions = new Map<string, { bank: string, prompt: Text, value: unknown }>()
  const others = new Map<string, string>()
  let sketch: Sketch | undefined
  for (const file of files) {
    const { path, bytes } = file
    const read = holdingOf(path) === 'text' ? decode(bytes) : undefined
    const text = read !== undefined && 'text' in read ? read.text : undefined
    if (text !== undefined && path === 'course.yaml') sketch = sketchOf(text)
    if (text !== undefined && path.startsWith('lessons/')) lessons.set(path.slice('lessons/'.length, -'.md'.length), { title: titleOf(text), text })
    const bank = text !== undefined && path.startsWith('banks/') ? questionsOf(text) : undefined
    for (const question of bank ?? []) questions.set(question.key, { bank: path.slice('banks/'.length, -'.yaml'.length), prompt: question.prompt, value: question.value })
    const isRead = path === 'course.yaml' ? sketch !== undefined : path.startsWith('lessons/') ? text !== undefined : bank !== undefined
    if (!isRead && path !== 'README.md') others.set(path, hashed(file).hash)
  }
  return {
    sketch,
    lessons,
    questions,
    quizzes: new Map((sketch?.quizzes ?? []).map((quiz) => [quiz.key, { title: textual(quiz['title']) ?? quiz.key, value: quiz }])),
    files: others
  }
}

function titleOf (lesson: string): string {
  return (/^---\n[^]*?^title:[ \t]*(.*)$/m.exec(lesson)?.[1] ?? '').replace(/^(["'])(.*)\1$/, '$2').trim()
}

function questionsOf (text: string): Array<{ key: string, prompt: Text, value: unknown }> | undefined {
  const yaml = parseLocatedYaml(text)
  if ('problems' in yaml || typeof yaml.value !== 'object' || yaml.value === null || !('questions' in yaml.value) || !Array.isArray(yaml.value.questions)) return undefined
  return yaml.value.questions.flatMap((value: unknown) => {
    if (typeof value !== 'object' || value === null || !('key' in value) || typeof value.key !== 'string') return []
    return [{ key: value.key, prompt: ('prompt' in value ? textual(value.prompt) : undefined) ?? value.key, value }]
  })
}

function textual (value: unknown): Text | undefined {
  if (typeof value === 'string') return value
  return typeof value === 'object' && value !== null && !Array.isArray(value) && Object.values(value).every((words) => typeof words === 'string') ? value as Text : undefined // just seen
}

function factsOf (before: Sketch | undefined, after: Sketch | undefined): Difference[] {
  if (before === undefined || after === undefined) return []
  return (['title', 'summary', 'slug', 'language', 'validMonths'] as const).flatMap((key): Difference[] => isDeepStrictEqual(before[key], after[key])
    ? []
    : [{ kind: 'changed', key, title: key, lines: readableDiff(said(before[key]), said(after[key])) }])
}

function said (value: Text | number | null): string {
  return typeof value === 'string' ? value : value === null ? '–' : typeof value === 'number' ? String(value) : yaml(value)
}

function modulesOf (sketch: Sketch | undefined): Map<string, { title: Text, summary: Text }> {
  return new Map((sketch?.modules ?? []).map(({ key, title, summary }) => [key, { title, summary }]))
}

/** The order of what both have. */
function orderOf (sketch: Sketch | undefined, other: Sketch | undefined): string {
  const known = new Set((other?.modules ?? []).flatMap(({ key, activities }) => [`/${key}`, ...activities.map(({ key }) => key)]))
  return JSON.stringify((sketch?.modules ?? []).map(({ key, activities }) => [`/${key}`, ...activities.map(({ key }) => key)].filter((key) => known.has(key))).filter((keys) => keys.length > 0))
}

function differences<T extends { readonly title?: Text, readonly prompt?: Text }> (before: ReadonlyMap<string, T>, after: ReadonlyMap<string, T>, textOf: (value: T) => string): Difference[] {
  const named = (key: string, { title, prompt }: T): Text => title === undefined || title === '' ? prompt ?? key : title
  const removed = [...before].flatMap(([key, value]): Difference[] => after.has(key) ? [] : [{ kind: 'removed', key, title: named(key, value), lines: readableDiff(textOf(value), '') }])
  const others = [...after].flatMap(([key, value]): Difference[] => {
    const old = before.get(key)
    if (old === undefined) return [{ kind: 'added', key, title: named(key, value), lines: readableDiff('', textOf(value)) }]
    const lines = readableDiff(textOf(old), textOf(value))
    return lines.length === 0 ? [] : [{ kind: 'changed', key, title: named(key, value), lines }]
  })
  return [...others, ...removed]
}

function yaml (value: unknown): string {
  return stringify(value, { lineWidth: 0, aliasDuplicateObjects: false }).trimEnd()
}
