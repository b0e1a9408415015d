import type { PageView } from '../../http/app-type.ts'
import type { Reader } from '../views.ts'
import { comparisonView } from './compared-view.ts'
import { frameView, problemList, type Frame } from './frame-view.ts'
import type { Outlook } from './publish-draft.ts'

export function publishView (frame: Frame, outlook: Outlook, { notes, meanwhile }: { readonly notes: string, readonly meanwhile: object | null }, reader: Reader): PageView {
  const { t, url } = reader
  const { latest, comparison, isOvertaken, isTaken, draft } = outlook
  const id = draft.id
  const compared = comparisonView(comparison, frame.sketch?.language ?? 'en', reader)
  return {
    ...frameView(frame, 'publish', reader),
    heading: latest === undefined ? t('drafts.publish.first') : t('drafts.publish.next', { version: latest.number, next: latest.number + 1 }),
    lead: t('drafts.publish.lead'),
    compared,
    problems: frame.checked.problems.length === 0 ? null : problemList(frame.checked.problems, id, reader),
    overtaken: isOvertaken && latest !== undefined && draft.base !== null ? t('drafts.publish.overtaken', { base: draft.base.number, version: latest.number, name: latest.publishedBy ?? '–' }) : '',
    over: isOvertaken ? String(latest?.number ?? '') : '',
    taken: isTaken ? t('drafts.publish.taken', { slug: draft.slug }) : '',
    action: url('/desk/drafts/:id/publish', { id }),
    notYet: frame.checked.problems.length > 0 ? t('drafts.publish.problems-first') : t('drafts.publish.not-yet'),
    canPublish: draft.state === 'open' && frame.checked.problems.length === 0 && !isTaken && !compared.same,
    button: latest === undefined ? t('drafts.publish.button-first') : t('drafts.publish.button', { version: latest.number + 1 }),
    notes,
    meanwhile
  }
}
