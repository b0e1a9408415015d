import type { PageView } from '../../http/app-type.ts'
import { readableText } from '../markdown.ts'
import { textIn } from '../../quiz/quiz.ts'
import { formView } from '../bank/editor-view.ts'
import { KIND_GROUPS } from '../bank/fields.ts'
import type { ShowPreview } from '../bank/preview.ts'
import type { Reader } from '../views.ts'
import { editorHref, frameView, type Frame } from './frame-view.ts'
import type { DraftEditor } from './question-editor.ts'

const STYLES = ['draft.css', 'bank.css'] as const

/** A question of a draft in a form, and beside it what a trainee sees. */
export function draftEditorView (frame: Frame, { path, question, state }: DraftEditor, show: ShowPreview, reader: Reader): PageView {
  const { t, url, language } = reader
  const { id } = frame.detail.draft
  const here = question === null ? '' : url('/desk/drafts/:id/questions/:key/edit', { id, key: question.key })
  const name = question === null ? '' : readableText(textIn(question.definition.prompt, language, state.bank.language)).replace(/\s+/g, ' ').trim()
  return {
    ...frameView(frame, 'questions', reader),
    ...formView(state, show, reader, here),
    styles: STYLES,
    heading: question === null ? t('bank.editor.new', { kind: t(`bank.kind.${state.kind}`) }) : name.length > 90 ? `${name.slice(0, 89)}…` : name || question.key,
    isNew: question === null,
    kindHint: t(`bank.kind.${state.kind}.hint`),
    saveLabel: question === null ? t('draft-editor.add') : t('draft-editor.save'),
    action: question === null ? url('/desk/drafts/:id/questions/new', { id }, { path }) : here,
    path,
    textHref: editorHref(path, id, url, question?.line),
    origin: question?.origin == null
      ? null
      : { href: url('/desk/banks/:id/questions/:key', { id: question.origin.bank.id, key: question.origin.key }), words: t('draft-questions.from', { bank: question.origin.bank.name, version: String(question.origin.version) }) },
    quizzes: question === null ? '' : question.quizzes.length === 0 ? t('draft-questions.unasked') : t('draft-questions.asked', { count: question.quizzes.length, names: question.quizzes.map(({ title }) => textIn(title, language, state.bank.language)).join(' · ') }),
    listHref: url('/desk/drafts/:id/questions', { id }),
    removeAction: question === null ? '' : url('/desk/drafts/:id/questions/:key/remove', { id, key: question.key }),
    picturesHref: url('/desk/drafts/:id/files', { id })
  }
}

/** The kinds that a new question may be of. */
export function draftKindsView (frame: Frame, path: string, reader: Reader): PageView {
  const { t, url } = reader
  const { id } = frame.detail.draft
  return {
    ...frameView(frame, 'questions', reader),
    styles: STYLES,
    pageHeading: t('bank.new'),
    listHref: url('/desk/drafts/:id/questions', { id }),
    groups: KIND_GROUPS.map(({ name, kinds }) => ({
      id: name,
      title: t(`bank.kinds.${name}`),
      kinds: kinds.map((kind) => ({ href: url('/desk/drafts/:id/questions/new', { id }, { path, kind }), title: t(`bank.kind.${kind}`), hint: t(`bank.kind.${kind}.hint`) }))
    }))
  }
}
