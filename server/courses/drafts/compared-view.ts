import { formatNumber } from '../../http/pages.ts'
import { textIn } from '../../quiz/text.ts'
import type { Reader } from '../views.ts'
import { isSameCourse, type Comparison, type Difference } from './compare.ts'
import { languageName } from './frame-view.ts'
import type { DiffLine } from './line-diff.ts'

const PARTS = ['facts', 'modules', 'lessons', 'quizzes', 'questions', 'files'] as const

export function comparisonView (comparison: Comparison, first: string, reader: Reader): { readonly same: boolean, readonly groups: object[], readonly reordered: boolean, readonly total: string } {
  const { t, language } = reader
  const nameOf = (part: typeof PARTS[number], { key, title, of }: Difference): string => {
    if (part === 'facts') return t(`drafts.compare.fact.${key}`)
    const name = textIn(title, language, first).replace(/\s+/g, ' ')
    const short = name.length > 120 ? `${name.slice(0, 119)}…` : name
    return part === 'lessons' && of !== undefined ? t('drafts.compare.lesson', { title: short, language: languageName(of, language) }) : short
  }
  return {
    same: isSameCourse(comparison),
    reordered: comparison.isReordered,
    total: t('drafts.compare.total', { count: PARTS.reduce((sum, part) => sum + comparison[part].length, 0) }),
    groups: PARTS.filter((part) => comparison[part].length > 0).map((part) => ({
      id: `compare-${part}`,
      title: t(`drafts.compare.${part}`),
      count: formatNumber(comparison[part].length, language),
      items: comparison[part].map((found) => ({
        name: nameOf(part, found),
        note: part === 'questions' || part === 'quizzes' || part === 'lessons' ? found.key : '',
        kind: t(`drafts.compare.${found.kind}`),
        pill: { added: 'done', changed: 'info', removed: 'stop' }[found.kind],
        lines: diffView(found.lines, reader)
      }))
    }))
  }
}

/** Lines of a difference for the page, each with what it says to those who do not see its colour. */
export function diffView (lines: readonly DiffLine[], { t }: Reader): object[] {
  return lines.map(({ kind, text }) => kind === 'gap'
    ? { gap: t('drafts.diff.gap', { count: Number(text) }) }
    : { kind, text: text === '' ? ' ' : text, sign: kind === 'added' ? '+' : kind === 'removed' ? '−' : ' ', said: kind === 'same' ? '' : t(`drafts.diff.${kind}`) })
}
