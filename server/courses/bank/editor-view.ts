import type { PageView } from '../../http/app-type.ts'
import { formatDateTime, formatPercent } from '../../http/pages.ts'
import { isWrittenIn } from '../../quiz/text.ts'
import type { QuestionDefinition } from '../../quiz/definition.ts'
import type { Problem } from '../../refusals.ts'
import type { Bank } from '../queries.ts'
import type { Reader } from '../views.ts'
import { clashes } from './changes.ts'
import { AFTER, BEFORE, FIELDS, PROMPT, type KindName } from './fields.ts'
import { fieldViews, labelOf, languageName, problemLinks, type FieldContext } from './field-views.ts'
import { picturesShown } from './pictures.ts'
import type { BankPicture } from './queries.ts'
import type { Previewed, ShowPreview } from './preview.ts'
import type { BankQuestionDetail, BankVersion } from './questions.ts'
import type { Values } from './values.ts'
import { changeViews, LANGUAGES, NAV, STYLES, trailOf, useViews } from './views.ts'

/** A picture that questions may show, by what they call it. */
export interface EditorPicture extends BankPicture {
  readonly src: string
}

/** A version that somebody saved, as far as it is compared with. */
export type SavedVersion = Pick<BankVersion, 'definition' | 'name' | 'version' | 'byName' | 'at'>

/** Everything that the editor's page shows. */
export interface EditorState {
  readonly bank: Bank
  readonly kind: KindName
  /** null for a new question */
  readonly detail: BankQuestionDetail | null
  /** The version that was changed; 0 for a new question. */
  readonly version: number
  readonly name: string
  readonly note: string
  readonly values: Values
  readonly languages: readonly string[]
  readonly pictures: readonly EditorPicture[]
  readonly stimuli: FieldContext['stimuli']
  readonly topics: readonly string[]
  readonly problems: readonly Problem[]
  /** What the form says, when that is a question. */
  readonly draft: QuestionDefinition | null
  readonly preview: Pick<Previewed, 'seed' | 'answered' | 'before'> & { readonly language: string }
  /** Questions that say nearly the same; it is saved all the same when asked for again. */
  readonly alike: ReadonlyArray<{ readonly key: string, readonly name: string, readonly share: number }>
  /** What somebody else saved meanwhile, and the version that both began with. */
  readonly meanwhile: { readonly base: SavedVersion, readonly theirs: SavedVersion } | null
  readonly saved: boolean
}

/** The editor of one question: its fields, and beside them what a trainee sees. */
export function editorView (state: EditorState, show: ShowPreview, reader: Reader): PageView {
  const { bank, kind, detail } = state
  const { t, url } = reader
  const path = { id: bank.id, key: detail?.latest.key ?? '' }
  return {
    ...formView(state, show, reader, state.meanwhile === null ? '' : url('/desk/banks/:id/questions/:key/versions', path, { version: state.meanwhile.theirs.version })),
    title: detail === null ? t('bank.editor.new', { kind: t(`bank.kind.${kind}`) }) : detail.latest.name,
    nav: NAV,
    styles: STYLES,
    trail: trailOf(bank, reader),
    bankName: bank.name,
    isNew: detail === null,
    isNamed: true,
    isNoted: detail !== null,
    saveLabel: detail === null ? t('bank.editor.add') : t('bank.editor.save'),
    removed: detail !== null && !detail.latest.standing,
    kindHint: t(`bank.kind.${kind}.hint`),
    action: detail === null ? url('/desk/banks/:id/new', { id: bank.id }) : url('/desk/banks/:id/questions/:key', path),
    versionLine: detail === null ? '' : t('bank.editor.version', { version: String(detail.latest.version), name: detail.latest.byName, date: formatDateTime(detail.latest.at, reader) }),
    versionsHref: detail === null ? '' : url('/desk/banks/:id/questions/:key/versions', path),
    removeAction: detail === null ? '' : url('/desk/banks/:id/questions/:key/remove', path),
    uses: detail === null ? [] : useViews(detail.uses, reader),
    picturesHref: url('/desk/banks/:id/pictures', { id: bank.id })
  }
}

/** The form of a question with its preview, wherever the question is kept: what the template `bank/editor-form` is given.
 * @param theirsHref what somebody else saved meanwhile, on a page of its own */
export function formView (state: Omit<EditorState, 'detail'>, show: ShowPreview, reader: Reader, theirsHref: string): Readonly<Record<string, unknown>> & { readonly scripts: readonly string[] } {
  const { bank, kind, values, languages, draft } = state
  const { t, url, language } = reader
  const context: FieldContext = {
    kind, values, languages, problems: state.problems, stimuli: state.stimuli, topics: state.topics, t, language,
    pictures: state.pictures.map(({ src, hash, name, width, height }) => ({ src, href: url('/media/:hash', { hash }), name, width, height }))
  }
  const { language: wanted, ...draw } = state.preview
  const shownIn = languages.includes(wanted) ? wanted : languages[0] ?? bank.language
  const pictures = draft === null ? {} : { ...Object.fromEntries(state.pictures.map(({ src, hash, width, height }) => [src, { hash, width, height }])), ...picturesShown(draft) }
  const previewed = draft === null ? null : show({ definition: draft, language: bank.language, shownIn, pictures, ...draw }, reader)
  return {
    kind,
    kindName: t(`bank.kind.${kind}`),
    version: String(state.version),
    saved: state.saved,
    name: state.name,
    note: state.note,
    languageList: languages.join(','),
    written: languages.map((tag) => ({ tag, name: languageName(tag, language), isFirst: tag === bank.language, missing: draft !== null && !isWrittenIn(draft.prompt, tag, bank.language) })),
    more: LANGUAGES.filter((tag) => !languages.includes(tag)).map((tag) => ({ tag, name: languageName(tag, language) })),
    problems: problemLinks(context),
    topics: state.topics,
    before: fieldViews(BEFORE, values, 'f', context),
    prompt: fieldViews([PROMPT], values, 'f', context),
    fields: fieldViews(FIELDS[kind], values, 'f', context),
    after: fieldViews(AFTER, values, 'f', context),
    alike: state.alike.map(({ key, name, share }) => ({ href: url('/desk/banks/:id/questions/:key', { id: bank.id, key }), words: t('bank.alike', { name, share: formatPercent(Math.floor(share * 100), language) }) })),
    meanwhile: state.meanwhile === null ? null : meanwhileView(state.meanwhile, draft, theirsHref, reader),
    preview: previewed === null ? null : previewed.question,
    answer: previewed?.answer ?? 'null',
    seed: state.preview.seed,
    shownIn,
    shownLanguages: languages.map((tag) => ({ tag, name: languageName(tag, language), chosen: tag === shownIn })),
    several: languages.length > 1,
    isAsked: kind !== 'stimulus' && kind !== 'description',
    isTried: state.preview.answered !== null && previewed !== null && previewed.answer !== 'null',
    unanswered: state.preview.answered !== null && previewed?.answer === 'null' ? t(kind === 'upload' ? 'see.bank.try-upload' : 'see.bank.unanswered') : '',
    hasPicture: kind === 'hotspot' || kind === 'mark-image' || kind === 'drag-image',
    scripts: ['bank.js']
  }
}

function meanwhileView ({ base, theirs }: NonNullable<EditorState['meanwhile']>, draft: QuestionDefinition | null, href: string, reader: Reader): object {
  const { t } = reader
  return {
    line: t('bank.meanwhile', { name: theirs.byName, version: String(theirs.version), date: formatDateTime(theirs.at, reader) }),
    changes: changeViews(base, theirs, reader),
    clashes: draft === null ? [] : clashes(base.definition, draft, theirs.definition).map((name) => labelOf(draft.kind, [name], t)),
    href
  }
}
