import type { PageView } from '../http/app-type.ts'
import type { Translate } from '../http/messages.ts'
import { formatDate, formatNumber, type Place } from '../http/pages.ts'
import type { Url } from '../http/urls.ts'
import { countryName } from '../people/countries.ts'
import { languageName } from '../people/views.ts'
import type { heldOnMe } from './personal-data.ts'

/** What is said of a person, in the order of the page. */
const FACTS = ['name', 'latinName', 'email', 'country', 'agency', 'rank', 'birthDay', 'locale'] as const
const ALREADY_SAID: ReadonlySet<string> = new Set(['person', 'account'])

/** A person's own page: what is said of them, and how much is kept of what.
 * @param counts rows by what they are, as in the copy
 * @param facts the person's own row and their account's
 * @param log what was done by them and to them, summed up */
export function myDataView ({ counts, facts, log }: Awaited<ReturnType<typeof heldOnMe>>, says: (key: string) => boolean, { t, url, place }: { readonly t: Translate, readonly url: Url, readonly place: Place }): PageView {
  const said = (fact: typeof FACTS[number], value: string): string => {
    switch (fact) {
      case 'country': return countryName(value, place.language)
      case 'locale': return languageName(value, place.language)
      case 'birthDay': return formatDate(value, place)
      default: return value
    }
  }
  return {
    title: t('my-data.title'),
    nav: '/',
    main: 'reading',
    download: url('/me/data.json'),
    facts: FACTS.map((fact) => {
      const value = facts[fact]
      return { wide: fact === 'email', label: t(`my-data.fact.${fact}`), value: typeof value === 'string' && value !== '' ? said(fact, value) : t('people.none-given') }
    }),
    log: log.map(({ action, count, last }) => ({
      what: says(`audit.action.${action}`) ? t(`audit.action.${action}`) : action, count: formatNumber(count, place.language), at: last, last: formatDate(last, place)
    })),
    kept: Object.entries(counts).filter(([name, count]) => count > 0 && !ALREADY_SAID.has(name)).map(([name, count]) => ({ what: t(`my-data.kept.${name}`), count: formatNumber(count, place.language) }))
  }
}
