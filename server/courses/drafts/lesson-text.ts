import { parseLocatedYaml } from '../located-yaml.ts'
import { editYaml } from './edit-yaml.ts'

/** A lesson's file in the parts that a form shows: its title, and its Markdown. */
export interface LessonParts {
  readonly title: string
  readonly body: string
}

const FILE = /^---[ \t]*\n(?<heading>(?:.*\n)*?)---[ \t]*(?:\n(?<gap>(?:[ \t]*\n)*)(?<body>[^]*))?$/

/** @returns undefined for a file without a heading that can be read, which is then written as a whole */
export function lessonParts (text: string): LessonParts | undefined {
  const parts = FILE.exec(text)?.groups
  const yaml = parts === undefined ? undefined : parseLocatedYaml(parts['heading'] ?? '', 2)
  if (yaml === undefined || 'problems' in yaml) return undefined
  const title = typeof yaml.value === 'object' && yaml.value !== null && 'title' in yaml.value ? yaml.value.title : ''
  return { title: typeof title === 'string' ? title : String(title), body: parts?.['body'] ?? '' }
}

/** A lesson's file with other parts; what they do not say stays as it is written.
 * @param before the file as it was; '' for a new one */
export function withParts (before: string, { title, body }: LessonParts): string {
  const known = FILE.exec(before)?.groups
  const words = title.replace(/\s+/g, ' ').trim()
  const text = body.replace(/\r\n?/g, '\n')
  const end = text === '' || text.endsWith('\n') ? text : `${text}\n`
  if (known === undefined || lessonParts(before) === undefined) return `---\n${heading('', words)}---\n\n${end}`
  return `---\n${lessonParts(before)?.title === words ? known['heading'] ?? '' : heading(known['heading'] ?? '', words)}---\n${known['gap'] ?? '\n'}${end}`
}

function heading (before: string, title: string): string {
  return editYaml(before === '' ? 'title: ""\n' : before, (document) => { document.set('title', title) })
}
