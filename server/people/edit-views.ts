import type { PageView } from '../http/app-type.ts'
import type { Translate } from '../http/messages.ts'
import { formatDate, formatDateTime, type Place } from '../http/pages.ts'
import type { Url } from '../http/urls.ts'
import { countriesByName, countryName } from './countries.ts'
import { FACTS, type EditedMeanwhile, type PersonFacts } from './edit-person.ts'
import type { Fault } from './faults.ts'
import type { PersonEntry } from './people.ts'
import type { FactsFormFields } from './schemas.ts'
import { blank, faultsView, languageName } from './views.ts'

interface Reader {
  readonly t: Translate
  readonly url: Url
  readonly place: Place
  readonly languages: readonly string[]
}

type Typed = Omit<FactsFormFields, 'version' | 'seen'>

/** What a form of the page says of the person; an empty field is none. */
export function factsOfForm ({ name, latinName, country, agency, rank, birthDay, locale, email }: Typed): PersonFacts {
  return { name: name.trim(), latinName: blank(latinName), country: blank(country), agency: blank(agency), rank: blank(rank), birthDay: blank(birthDay), locale, email: email.trim() }
}

export function formOfFacts (facts: PersonFacts): Typed {
  const { name, latinName, country, agency, rank, birthDay, locale, email } = facts
  return { name, latinName: latinName ?? '', country: country ?? '', agency: agency ?? '', rank: rank ?? '', birthDay: birthDay ?? '', locale, email, reason: '' }
}

export function factsOf (entry: PersonEntry): PersonFacts {
  const { name, latinName, country, agency, rank, birthDay, locale, email } = entry
  return { name, latinName, country, agency, rank, birthDay, locale, email }
}

/** Two edits of one person brought together: what only the other changed is taken over, what this one typed stays.
 * @param seen JSON of what the form was opened with, as the browser sent it back
 * @returns the form to be sent again, and what the other changed */
export function together (typed: Typed, seen: string, now: PersonFacts): { readonly form: Typed, readonly theirs: ReadonlyArray<{ readonly fact: keyof PersonFacts, readonly was: string, readonly is: string, readonly clashes: boolean }> } {
  const before = readSeen(seen)
  const stands = formOfFacts(now)
  const form = { ...typed }
  const theirs = []
  for (const fact of FACTS) {
    const was = before[fact] ?? ''
    if (was === stands[fact]) continue
    const clashes = typed[fact] !== was && typed[fact] !== stands[fact]
    if (!clashes) form[fact] = stands[fact]
    theirs.push({ fact, was, is: stands[fact], clashes })
  }
  return { form, theirs }
}

function readSeen (json: string): Partial<Record<string, string>> {
  try {
    const seen = JSON.parse(json) as unknown
    return typeof seen === 'object' && seen !== null ? Object.fromEntries(Object.entries(seen).filter(([, value]) => typeof value === 'string')) : {}
  } catch {
    return {}
  }
}

export interface EditPage {
  readonly entry: PersonEntry
  readonly form: Typed
  readonly faults: readonly Fault[]
  /** Another edit came first. */
  readonly meanwhile: (Omit<EditedMeanwhile, 'now'> & { readonly theirs: ReturnType<typeof together>['theirs'] }) | null
}

/** What was typed may be no day. */
function dayText (typed: string, place: Place): string {
  return Number.isNaN(Date.parse(`${typed}T00:00:00Z`)) ? typed : formatDate(typed, place)
}

export function editView ({ entry, form, faults, meanwhile }: EditPage, { t, url, place, languages }: Reader): PageView {
  const { language } = place
  const said = (fact: keyof PersonFacts, value: string): string => value === ''
    ? t('people.none-given')
    : fact === 'country' ? countryName(value, language) : fact === 'locale' ? languageName(value, language) : fact === 'birthDay' ? dayText(value, place) : value
  return {
    title: t('person-edit.title-of', { name: entry.name }),
    nav: '/desk/people',
    main: 'reading',
    name: entry.name,
    href: url('/desk/people/:id', { id: entry.id }),
    action: url('/desk/people/:id/edit', { id: entry.id }),
    version: String(entry.version),
    seen: JSON.stringify(formOfFacts(factsOf(entry))),
    form: {
      ...form,
      countries: countriesByName(language).map((country) => ({ ...country, selected: country.code === form.country })),
      locales: [...new Set([...languages, form.locale])].map((code) => ({ code, name: languageName(code, language), selected: code === form.locale }))
    },
    ...faultsView(faults, t),
    meanwhile: meanwhile === null
      ? null
      : {
          said: meanwhile.by === null || meanwhile.at === null ? t('person-edit.meanwhile') : t('person-edit.meanwhile-by', { name: meanwhile.by, date: formatDateTime(meanwhile.at, place) }),
          theirs: meanwhile.theirs.map(({ fact, was, is, clashes }) => ({ label: t(LABELS[fact]), was: said(fact, was), is: said(fact, is), yours: clashes ? said(fact, form[fact]) : '' }))
        }
  }
}

const LABELS: Readonly<Record<keyof PersonFacts, string>> = {
  name: 'people.field.name', latinName: 'people.field.latin-name', email: 'people.field.email', country: 'people.field.country', agency: 'people.field.agency',
  rank: 'people.field.rank', birthDay: 'people.field.birth-day', locale: 'people.field.language'
}
