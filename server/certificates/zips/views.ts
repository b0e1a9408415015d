import type { PageView } from '../../http/app-type.ts'
import { formatDateTime, formatNumber } from '../../http/pages.ts'
import type { DeskChoices } from '../choices.ts'
import { searchView } from '../search-view.ts'
import { languageName, type Reader } from '../templates/views.ts'
import type { Zip } from './zips.ts'

const NAV = '/desk/quotas'
const PILLS: Readonly<Record<Zip['state'], string>> = { making: 'due', ready: 'done', failed: 'stop' }

interface ZipsPage {
  readonly zips: readonly Zip[]
  readonly form: Readonly<Record<string, string | undefined>>
  readonly problems: readonly string[]
  readonly languages: readonly string[]
  readonly choices: DeskChoices
}

export function zipsView ({ zips, form, problems, languages, choices }: ZipsPage, reader: Reader): PageView {
  const { t } = reader
  return {
    title: t('certificate-desk.zips.title'), nav: NAV, problems,
    search: searchView(form, choices, ['valid', 'expired'], reader),
    languages: languages.map((language) => ({ language, name: languageName(language), selected: language === (form['language'] ?? reader.language) })),
    zips: zips.map((zip) => rowView(zip, reader))
  }
}

export function zipView (zip: Zip, reader: Reader): PageView {
  return { title: reader.t('certificate-desk.zip.title', { count: zip.total }), nav: NAV, main: 'reading', zip: rowView(zip, reader) }
}

function rowView ({ id, state, made, total, size, byName, createdAt, expiresAt }: Zip, { t, url, ...place }: Reader): object {
  return {
    href: url('/desk/certificates/zips/:id', { id }), file: url('/desk/certificates/zips/:id/certificates.zip', { id }),
    making: state === 'making', ready: state === 'ready', failed: state === 'failed', state: t(`certificate-desk.zip.state.${state}`), pill: PILLS[state],
    made: String(made), total: String(total), progress: t('certificate-desk.zip.progress', { made, total }), count: t('certificate-desk.count', { count: total }),
    size: t('certificate-desk.zip.megabytes', { size: formatNumber(Math.max(0.1, Math.round(size / 1e5) / 10), place.language) }), byName, createdAt, created: formatDateTime(createdAt, place), expires: formatDateTime(expiresAt, place)
  }
}
