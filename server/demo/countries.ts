/** A country that sends officers. */
export interface SampleCountry {
  /** ISO 3166-1 alpha-2. */
  readonly code: string
  /** People in a thousand. */
  readonly weight: number
  readonly locale: 'en' | 'ar'
  readonly agencies: readonly string[]
}

const POLICE = 'National Police'
const CYBER = 'Cybercrime Unit'
const CUSTOMS = 'Customs and Excise'
const FINANCE = 'Financial Intelligence Unit'
const DRUGS = 'Drug Enforcement Service'
const BORDER = 'Border Guard'
const GENDARMERIE = 'Gendarmerie'
const PROSECUTION = 'Public Prosecution Service'

const POLICE_RANKS = ['Constable', 'Constable', 'Sergeant', 'Sergeant', 'Inspector', 'Inspector', 'Chief Inspector', 'Superintendent']
const MILITARY_RANKS = ['Sergeant', 'Warrant Officer', 'Lieutenant', 'Captain', 'Major']
const CIVIL_RANKS = ['Officer', 'Senior Officer', 'Principal Officer']

const RANKS: Readonly<Record<string, readonly string[]>> = {
  [POLICE]: POLICE_RANKS,
  [CYBER]: POLICE_RANKS,
  [DRUGS]: POLICE_RANKS,
  [BORDER]: MILITARY_RANKS,
  [GENDARMERIE]: MILITARY_RANKS,
  [CUSTOMS]: CIVIL_RANKS,
  [FINANCE]: CIVIL_RANKS,
  [PROSECUTION]: CIVIL_RANKS
}

/** Twenty-four of all regions; the weights add up to a thousand. */
export const COUNTRIES: readonly SampleCountry[] = [
  { code: 'MY', weight: 78, locale: 'en', agencies: [POLICE, POLICE, CYBER, CUSTOMS] },
  { code: 'MM', weight: 70, locale: 'en', agencies: [POLICE, POLICE, DRUGS, CUSTOMS] },
  { code: 'ZM', weight: 68, locale: 'en', agencies: [POLICE, POLICE, DRUGS, FINANCE] },
  { code: 'TH', weight: 62, locale: 'en', agencies: [POLICE, POLICE, CYBER, DRUGS] },
  { code: 'ID', weight: 58, locale: 'en', agencies: [POLICE, POLICE, CYBER, CUSTOMS] },
  { code: 'KE', weight: 54, locale: 'en', agencies: [POLICE, POLICE, FINANCE, DRUGS] },
  { code: 'EG', weight: 52, locale: 'ar', agencies: [POLICE, POLICE, CYBER, CUSTOMS] },
  { code: 'PH', weight: 50, locale: 'en', agencies: [POLICE, POLICE, CYBER, DRUGS] },
  { code: 'KH', weight: 46, locale: 'en', agencies: [POLICE, GENDARMERIE, CUSTOMS] },
  { code: 'NI', weight: 44, locale: 'en', agencies: [POLICE, POLICE, CUSTOMS] },
  { code: 'RU', weight: 44, locale: 'en', agencies: [POLICE, POLICE, DRUGS, PROSECUTION] },
  { code: 'GH', weight: 42, locale: 'en', agencies: [POLICE, POLICE, DRUGS, CUSTOMS] },
  { code: 'TZ', weight: 40, locale: 'en', agencies: [POLICE, POLICE, DRUGS, FINANCE] },
  { code: 'MA', weight: 38, locale: 'ar', agencies: [POLICE, GENDARMERIE, CUSTOMS] },
  { code: 'NP', weight: 36, locale: 'en', agencies: [POLICE, POLICE, CUSTOMS] },
  { code: 'KZ', weight: 34, locale: 'en', agencies: [POLICE, BORDER, FINANCE] },
  { code: 'SN', weight: 32, locale: 'en', agencies: [POLICE, GENDARMERIE, CUSTOMS] },
  { code: 'LK', weight: 30, locale: 'en', agencies: [POLICE, POLICE, FINANCE] },
  { code: 'JO', weight: 28, locale: 'ar', agencies: [POLICE, GENDARMERIE, CYBER] },
  { code: 'PE', weight: 26, locale: 'en', agencies: [POLICE, POLICE, DRUGS] },
  { code: 'RW', weight: 22, locale: 'en', agencies: [POLICE, POLICE, CYBER] },
  { code: 'RS', weight: 18, locale: 'en', agencies: [POLICE, BORDER, CUSTOMS] },
  { code: 'FJ', weight: 16, locale: 'en', agencies: [POLICE, POLICE, CUSTOMS] },
  { code: 'PG', weight: 12, locale: 'en', agencies: [POLICE, POLICE, CUSTOMS] }
]

export function ranksOf (agency: string): readonly string[] {
  return RANKS[agency] ?? POLICE_RANKS
}
