import type { Session } from './qti-session.ts'
import { container, number, single, type QtiValue, type Value } from './qti-values.ts'
import { attribute, numberOf, wordIn } from './qti-vocabulary.ts'
import type { XmlElement } from './xml.ts'

/** Operators that vendors define, by the last part of their name: those of Cito (`qade:Trim`, `depcp:ToAscii`, …), TAO
 * (`qti.customOperators.CsvToMultiple`, …) and its engine qtism (`…operators.custom.Implode`). */
const OPERATORS: Readonly<Record<string, (value: QtiValue, element: XmlElement) => Value>> = {
  trim: value => text(value, one => one.trim()),
  toascii: value => text(value, ascii),
  tolower: value => text(value, one => one.toLowerCase()),
  tolowercase: value => text(value, one => one.toLowerCase()),
  toupper: value => text(value, one => one.toUpperCase()),
  touppercase: value => text(value, one => one.toUpperCase()),
  parsecommadecimal: value => parsed(String(value.items[0]).replace(/\./g, '').replace(',', '.')),
  parsedecimal: value => parsed(String(value.items[0])),
  stringtonumber: value => parsed(String(value.items[0]).replace(/[\s\u00a0]/g, '').replace(',', '.')),
  csvtomultiple: value => container('multiple', 'string', split(value, ',')),
  csvtoordered: value => container('ordered', 'string', split(value, ',')),
  explode: (value, element) => container('ordered', 'string', split(value, attribute(element, 'delimiter') ?? ' ')),
  implode: (value, element) => single('string', value.items.join(attribute(element, 'glue') ?? ' ')),
  numerator: value => fraction(value, 0),
  denominator: value => fraction(value, 1)
}

/** What a custom operator makes of its operands; NULL, and a note, for one that is not known. */
export function customOperator (element: XmlElement, operands: readonly Value[], session: Session): Value {
  const name = attribute(element, 'class') ?? wordIn(element, 'definition')
  const own = name.replace(/^.*[.:/#\\]/, '').toLowerCase()
  const operator = Object.hasOwn(OPERATORS, own) ? OPERATORS[own] : undefined
  if (operator === undefined) session.note(element, `the operator '${name.slice(0, 80)}' is not known; it has no value`)
  const [value = null] = operands
  if (operator === undefined || value === null) return null
  session.spend(value.items.reduce<number>((sum, item) => sum + String(item).length / 100, 0))
  return operator(value, element)
}

function text (value: QtiValue, change: (text: string) => string): Value {
  return { ...value, baseType: 'string', items: value.items.map(item => change(String(item))) }
}

const LETTERS: Readonly<Record<string, string>> = { ß: 'ss', æ: 'ae', Æ: 'AE', œ: 'oe', Œ: 'OE', ø: 'o', Ø: 'O', đ: 'd', Đ: 'D', ł: 'l', Ł: 'L', ð: 'd', Ð: 'D', þ: 'th', Þ: 'TH' }

function ascii (text: string): string {
  return text.normalize('NFKD').replace(/[^\u0000-\u007f]/g, letter => LETTERS[letter] ?? '')
}

function parsed (text: string): Value {
  const value = numberOf(text)
  return value === undefined ? null : number(value)
}

function split (value: QtiValue, by: string): string[] {
  return by === '' ? [String(value.items[0])] : String(value.items[0]).split(by).map(part => part.trim()).filter(part => part !== '')
}

function fraction (value: QtiValue, part: 0 | 1): Value {
  const parts = /^\s*([+-]?\d{1,15})\s*(?:\/\s*([+-]?\d{1,15})\s*)?$/.exec(String(value.items[0]))
  return parts === null ? null : number(Number(parts[part + 1] ?? 1), true)
}
