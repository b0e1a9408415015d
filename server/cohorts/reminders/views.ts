import type { PageView } from '../../http/app-type.ts'
import { directionOf } from '../../http/messages.ts'
import type { Problem } from '../../refusals.ts'
import type { Reader } from '../views.ts'
import { KINDS, type ShownText } from './reminders.ts'
import { placeholdersOf } from './texts.ts'

const NAV = '/desk/cohorts'

/** A language by its own name. */
function nameOf (language: string): string {
  return new Intl.DisplayNames([language], { type: 'language' }).of(language) ?? language
}

export function remindersView (texts: readonly ShownText[], saved: boolean, { t, url }: Reader): PageView {
  return {
    title: t('reminders.title'),
    nav: NAV,
    main: 'reading',
    saved,
    kinds: KINDS.map((kind) => ({
      id: kind,
      title: t(`reminders.kind.${kind}`),
      when: t(`reminders.when.${kind}`),
      texts: texts.filter((text) => text.kind === kind).map(({ language, preview, subject, written }) => ({
        language,
        direction: directionOf(language),
        name: nameOf(language),
        href: url('/desk/reminders/:kind/:language', { kind, language }),
        subject: preview?.subject ?? subject,
        state: written ? t('reminders.written') : t('reminders.own')
      }))
    }))
  }
}

export function textView ({ text, problems, preview, stale }: { readonly text: ShownText, readonly problems: readonly Problem[], readonly preview: ShownText['preview'], readonly stale: ShownText | null }, { t, url }: Reader): PageView {
  const { kind, language, subject, body, version } = text
  return {
    title: t('reminders.edit', { kind: t(`reminders.kind.${kind}`), language: nameOf(language) }),
    nav: NAV,
    main: 'reading',
    action: url('/desk/reminders/:kind/:language', { kind, language }),
    when: t(`reminders.when.${kind}`),
    language,
    direction: directionOf(language),
    form: { subject, body, version: String(version) },
    placeholders: placeholdersOf(kind).map((name) => ({ name: `{${name}}`, what: t(`reminders.placeholder.${name}`) })),
    plural: '{days, plural, one {# day} other {# days}}',
    preview,
    // What was written may be taken back for the programme's own.
    resets: text.written,
    stale: stale === null ? null : { subject: stale.subject, body: stale.body },
    problems: problems.map(({ path = '', message }) => ({ field: path, message })),
    problemsTitle: t('cohorts.enrol.problems', { count: problems.length }),
    error: Object.fromEntries(problems.map(({ path = '', message }) => [path, message]))
  }
}
