import MarkdownIt, { type Token } from 'markdown-it'
import { explain } from '../quiz/explain.ts'
import { lessonHeadingSchema, type LessonHeading } from './course-schema.ts'
import { parseLocatedYaml, type LineProblem } from './located-yaml.ts'
import { ATTACHMENT, isSafeLink } from './markdown.ts'

/** Reads the text of a lesson: a heading of YAML between two lines of `---`, then Markdown. Never throws.
 * @param text with `\n` between lines
 * @param files paths of the course's pictures and attachments */
export function parseLesson (text: string, files: ReadonlySet<string> = new Set()): { readonly title: string, readonly markdown: string } | { readonly problems: readonly LineProblem[] } {
  const parts = /^---[ \t]*\n(?<heading>(?:.*\n)*?)---[ \t]*(?:\n|$)(?<body>[^]*)$/.exec(text)?.groups
  if (parts === undefined) {
    return { problems: [{ line: 1, path: 'title', message: 'is missing; a lesson begins with a line `---`, then `title: …`, then a line `---`' }] }
  }
  const { heading = '', body = '' } = parts
  const yaml = parseLocatedYaml(heading, 2)
  const bodyLine = heading.split('\n').length + 2
  const problems: LineProblem[] = markdownProblems(body, bodyLine, files)
  if (body.trim() === '') problems.push({ line: bodyLine, path: '', message: 'has no text' })
  if ('problems' in yaml) return { problems: [...yaml.problems, ...problems] }
  const unmet = explain(lessonHeadingSchema, yaml.value ?? {}).map((problem) => ({ ...problem, line: yaml.lineOf(problem.path) }))
  if (unmet.length > 0 || problems.length > 0) return { problems: [...unmet, ...problems] }
  const { title } = yaml.value as LessonHeading // it meets the schema that the type is derived from
  return { title, markdown: `${body.replace(/^(?:[ \t]*\n)+/, '').trimEnd()}\n` }
}

// Reads what the renderer would not show (raw HTML, pictures, other links), so that it can be pointed at.
const strict = new MarkdownIt({ html: true, linkify: false, typographer: false })
strict.validateLink = () => true

function markdownProblems (body: string, firstLine: number, files: ReadonlySet<string>): LineProblem[] {
  const problems: LineProblem[] = []
  let line = firstLine
  for (const token of strict.parse(body, {})) {
    if (token.map !== null) line = firstLine + token.map[0]
    if (token.type === 'heading_open' && token.tag === 'h1') {
      problems.push({ line, path: '', message: 'a heading of the first level; headings start at `##`' })
    }
    if (token.type === 'html_block') problems.push({ line, path: '', message: rawHtml(token.content) })
    if (token.children !== null) problems.push(...inlineProblems(token.children, line, files))
  }
  return problems
}

function * inlineProblems (tokens: readonly Token[], firstLine: number, files: ReadonlySet<string>): Generator<LineProblem> {
  let line = firstLine
  for (const { type, content, attrs } of tokens) {
    const href = String(attrs?.find(([name]) => name === 'href')?.[1] ?? '')
    if (type === 'html_inline') yield { line, path: '', message: rawHtml(content) }
    else if (type === 'image') {
      const src = String(attrs?.find(([name]) => name === 'src')?.[1] ?? '')
      if (!files.has(src)) yield { line, path: '', message: `a picture '${src}' that the course does not have; its pictures are in images/` }
      if (content.trim() === '') yield { line, path: '', message: 'a picture without words; say between the square brackets what is to be seen' }
    }
    else if (type === 'link_open' && ATTACHMENT.test(href)) {
      if (!files.has(href)) yield { line, path: '', message: `a link to '${href}' that the course does not have; its files are in files/` }
    }
    else if (type === 'link_open' && !isSafeLink(href)) {
      yield { line, path: '', message: `a link to '${href}'; links lead to http, https or mailto addresses` }
    }
    if (type === 'softbreak' || type === 'hardbreak') line++
    else line += content.split('\n').length - 1
  }
}

function rawHtml (content: string): string {
  const first = content.trim().split('\n')[0] ?? ''
  return `raw HTML (${first.length > 40 ? `${first.slice(0, 40)}…` : first}); write Markdown, and \`\\<\` for a less-than sign`
}
