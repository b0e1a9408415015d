/** ISO 3166-1 alpha-2, the officially assigned codes. */
const CODES: ReadonlySet<string> = new Set((
  'AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ ' +
  'CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR ' +
  'GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT ' +
  'JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP ' +
  'MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY ' +
  'QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR ' +
  'TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW'
).split(' '))

/** @param code as it is stored: two capital letters */
export function isCountry (code: string): boolean {
  return CODES.has(code)
}

// An Intl name table costs far more to make than to use.
const names = new Map<string, Intl.DisplayNames>()

/** A country by name in one language (CLDR); the code itself when it is none. */
export function countryName (code: string, language: string): string {
  if (!CODES.has(code)) return code
  let table = names.get(language)
  if (table === undefined) {
    table = new Intl.DisplayNames([language, 'en'], { type: 'region' })
    names.set(language, table)
  }
  return table.of(code) ?? code
}

/** Every country, in the order of its name in one language: for a list to choose from. */
export function countriesByName (language: string): Array<{ readonly code: string, readonly name: string }> {
  return [...CODES]
    .map((code) => ({ code, name: countryName(code, language) }))
    .sort((a, b) => a.name.localeCompare(b.name, language))
}

const codes = new Map<string, ReadonlyMap<string, string>>()

/** The code of a country that somebody typed: its code, or what one of some languages calls it. Case and accents do not
 * matter, nor does the part of a name that stands in brackets.
 * @returns null for what is no country */
export function countryCode (typed: string, languages: readonly string[]): string | null {
  const code = typed.trim().toUpperCase()
  if (CODES.has(code)) return code
  for (const language of languages) {
    let table = codes.get(language)
    if (table === undefined) {
      table = new Map([...CODES].flatMap((code) => {
        const name = countryName(code, language)
        return [name, ...name.split(/[()]/)].map(plain).filter((part) => part !== '').map((part) => [part, code] as const)
      }))
      codes.set(language, table)
    }
    const found = table.get(plain(typed))
    if (found !== undefined) return found
  }
  return null
}

function plain (name: string): string {
  return name.normalize('NFKD').replace(/\p{M}+/gu, '').replace(/[\s’'.-]+/g, ' ').trim().toLowerCase()
}
