/** A whole number as typed in a form: thousands may be grouped as the typist is used to; NaN for anything else. */
export function wholeNumber (typed: string): number {
  const digits = typed.normalize('NFKC').trim()
  return /^\d+$|^\d{1,3}([\s,.'’\u066c]\d{3})+$/.test(digits) ? Number(digits.replace(/\D/g, '')) : Number.NaN
}
