import fc from 'fast-check'
import t from 'tap'
import { compileRegex, matchesWhole } from '../../server/quiz/regex.ts'
import { comparable, type Comparison } from '../../server/quiz/wildcard.ts'
import { workedMs } from '../worked.ts'

const plain = { caseSensitive: false, ignoreAccents: false }
const bare = { caseSensitive: false, ignoreAccents: true }
const exact = { caseSensitive: true, ignoreAccents: false }

function isMatched (source: string, text: string, comparison: Comparison = exact): boolean {
  const regex = compileRegex(source, comparison)
  if ('problem' in regex) throw new Error(`${source}: ${regex.problem}`)
  return matchesWhole(regex, comparable(text, comparison).trim())
}

t.test('an expression matches the whole of a text, and no part of it', async t => {
  const cases: [string, string, boolean][] = [
    ['mule', 'mule', true], ['mule', 'mules', false], ['mule', 'a mule', false], ['^mule$', 'mule', true], ['m^u', 'mu', false], ['m$u', 'mu', false],
    ['a|bc', 'bc', true], ['a|bc', 'abc', false], ['(a|b)c', 'bc', true], ['(?:a|b)c', 'ac', true], ['(?<first>a)b', 'ab', true], ['(?P<n>a)(?\'m\'b)', 'ab', true],
    ['', 'a', false], ['|a', 'a', true], ['()', 'a', false], ['a.c', 'aéc', true], ['a.c', 'ac', false], ['a.c', 'a😀c', true],
    ['ab*', 'a', true], ['ab*', 'abbb', true], ['ab+', 'a', false], ['ab?c', 'abc', true], ['ab?c', 'ac', true], ['ab??c', 'abc', true], ['(a*)*', 'aaa', true],
    ['(a|)+b', 'aab', true], ['a{2}', 'aa', true], ['a{2}', 'aaa', false], ['a{2,}', 'aaaaa', true], ['a{2,}', 'a', false], ['a{1,3}', 'aaa', true], ['a{1,3}', 'aaaa', false],
    ['a{0}b', 'b', true], ['(ab){2,3}?', 'abab', true], ['a{,3}', 'a{,3}', true], ['a{x}', 'a{x}', true], ['a{2', 'a{2', true], ['}', '}', true], [']', ']', true], ['a{23}', 'a'.repeat(23), true],
    ['[abc]+', 'cab', true], ['[abc]', 'd', false], ['[^abc]', 'd', true], ['[^abc]', 'a', false], ['[a-c]', 'b', true], ['[a-c]', 'd', false], ['[-a]', '-', true], ['[a-]', '-', true],
    ['[]a]', ']', true], ['[^]]', 'a', true], ['[\\]\\-]+', ']-', true], ['[\\d-]+', '1-2', true], ['[\\w.]+@[\\w.]+', 'a.b@c.example', true], ['[.]', 'a', false],
    ['\\d+', '123', true], ['\\d+', '١٢٣', true], ['[0-9]+', '١٢٣', false], ['\\D', '1', false], ['\\w+', 'حساب_1', true], ['\\W', '-', true], ['a\\sb', 'a \n b', true], ['\\S+', 'ab', true], ['[\\S]', 'a', true],
    ['\\.', '.', true], ['\\.', 'a', false], ['\\\\', '\\', true], ['\\t', 'x', false], ['\\u00e9', 'é', true], ['\\u{1F600}', '😀', true], ['\\x41', 'A', true],
    ['\\p{L}+', 'été', true], ['\\P{L}', '1', true], ['\\p{Nd}', 'a', false], ['\\p{Lu}', 'A', true],
    ['money\\b.*', 'money mule', true], ['money\\b.*', 'moneymule', false], ['\\bmule\\b', 'mule', true], ['mo\\Bney', 'money', true], ['money\\B', 'money', false],
    ['money  mule', 'money mule', true], ['cafe\u0301', 'café', true]
  ]
  for (const [source, text, expected] of cases) t.equal(isMatched(source, text), expected, `${source} and '${text}'`)
})

t.test('case, accents and compatible forms are as in any typed text', async t => {
  const cases: [string, string, Comparison, boolean][] = [
    ['mule', 'MULE', plain, true], ['MULE', 'mule', plain, true], ['[A-Z]+', 'mule', plain, true], ['[a-z]+', 'MULE', plain, true], ['[A-Z]+', 'mule', exact, false],
    ['[^A-Z]+', 'mule', plain, false], ['straße', 'STRASSE', plain, true], ['οδος', 'ΟΔΟΣ', plain, true], ['[ß-ü]+', 'Ö', plain, true], ['[İ]', 'İ', plain, false],
    ['café', 'cafe', bare, true], ['café', 'cafe', plain, false], ['[éè]t[éè]', 'ete', bare, true], ['إحتيال', 'احتيال', bare, true], ['حِسَاب', 'حساب', bare, true],
    ['ｍｕｌｅ', 'mule', plain, true], ['mule', 'ｍｕｌｅ', plain, true], ['\u200bmule', 'mule', plain, true], ['[\ufb01]', '\ufb01', exact, false]
  ]
  for (const [source, text, comparison, expected] of cases) t.equal(isMatched(source, text, comparison), expected, `${source} and '${text}'`)
})

t.test('what is not known is said, with its place', async t => {
  const cases: [string, string][] = [
    ['(a', 'character 1: this parenthesis is not closed'],
    ['a)', 'character 2: there is no open parenthesis that this one closes'],
    ['[a', 'character 1: this bracket is not closed'],
    ['[a-', 'character 1: this bracket is not closed'],
    ['[a\\', 'character 3: nothing follows the backslash'],
    ['*a', 'character 1: there is nothing before `*` that can be repeated'],
    ['(+)', 'character 2: there is nothing before `+` that can be repeated'],
    ['a**', 'character 3: one quantifier stands after another; put the part into parentheses'],
    ['a*+', 'character 3: `+` after another quantifier is not known here'],
    ['^*', 'character 2: there is nothing before it that can be repeated'],
    ['a{3,2}', 'character 2: `{3,2}` ends before it begins'],
    ['a{2000}', 'character 2: `{2000}` repeats too often; 1000 is the most'],
    ['a{1,2000}', 'character 2: `{1,2000}` repeats too often; 1000 is the most'],
    ['((a{100}){100}){100}', 'is too large; repeat fewer times, or use `*` or `+` in place of `{m,n}`'],
    ['(?=a)b', 'character 1: of groups that begin with `(?`, only `(?:…)` and named ones are known; there is no looking ahead or behind'],
    ['(?<!a)b', 'character 1: of groups that begin with `(?`, only `(?:…)` and named ones are known; there is no looking ahead or behind'],
    ['é(a)\\1', 'character 5: a reference to an earlier group is not known here'],
    ['(?<n>a)\\k<n>', 'character 8: a reference to an earlier group is not known here'],
    ['\\q', 'character 1: `\\q` is not known here'],
    ['\\', 'character 1: nothing follows the backslash'],
    ['\\u12', 'character 1: `\\u` wants the number of a character, such as `\\u00e9`'],
    ['\\u{110000}', 'character 1: `\\u` wants the number of a character, such as `\\u00e9`'],
    ['\\xZZ', 'character 1: `\\x` wants the number of a character, such as `\\u00e9`'],
    ['\\p{Greek}', 'character 1: known are \\p{L}, \\p{Lu}, \\p{Ll}, \\p{M}, \\p{N}, \\p{Nd}, \\p{P}, \\p{S}, \\p{Z}'],
    ['\\pL', 'character 1: known are \\p{L}, \\p{Lu}, \\p{Ll}, \\p{M}, \\p{N}, \\p{Nd}, \\p{P}, \\p{S}, \\p{Z}'],
    ['[z-a]', 'character 3: the range z-a ends before it begins'],
    ['[\\d-z]', 'character 4: a range goes from one character to another']
  ]
  for (const [source, problem] of cases) t.strictSame(compileRegex(source, plain), { problem }, source)
})

t.test('an example is made of what an expression wants', async t => {
  const cases: [string, string][] = [
    ['money ?mule', 'moneymule'], ['(smurf|mule)s', 'smurfs'], ['(|mule)s?', 'mule'], ['[A-Z]{2}\\d', 'aa0'], ['[^a].', 'ba'], ['\\bmule$', 'mule'], ['\\s', ' '], ['\\p{S}', '+'], ['\\p{M}', ''], ['[^\\s\\S]', ''], ['()', ''], ['(|)', ''], ['(|)', '']
  ]
  for (const [source, example] of cases) {
    const regex = compileRegex(source, plain)
    t.equal('problem' in regex ? regex.problem : regex.example(), example, source)
  }
})

t.test('no expression and no text takes long', async t => {
  const started = workedMs()
  const long = `${'a'.repeat(10_000)}b`
  for (const source of ['(a+)+$', '(a*)*', '(a|a)*', '(a|aa)+', '(.*)(.*)(.*)(.*)c', '([a-z]+)*1', '(a?){50}a{50}', 'a{0,200}a{0,200}']) t.equal(isMatched(source, long), false, source)
  t.equal(isMatched('(a+)+b', long), true)
  t.ok(workedMs() - started < 1500, `${workedMs() - started} ms for nine texts of 10,001 characters`)
  t.equal(isMatched('('.repeat(200) + 'a' + ')'.repeat(200), 'a'), true)
})

t.test('it matches as the expressions of the language do', async t => {
  const atom = fc.constantFrom('a', 'b', '.', '[ab]', '[^a]', '\\w', '(a|b)', '(ab)', '(?:b|)', '(a*)', '\\b')
  const piece = fc.tuple(atom, fc.constantFrom('', '*', '+', '?', '{2}', '{1,2}', '{0,}', '*?')).map(([atom, quantifier]) => atom === '\\b' ? atom : atom + quantifier)
  const source = fc.array(fc.array(piece, { maxLength: 4 }).map(pieces => pieces.join('')), { minLength: 1, maxLength: 3 }).map(branches => branches.join('|'))
  fc.assert(fc.property(source, fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 8 }), (source, text) =>
    isMatched(source, text) === new RegExp(`^(?:${source})$`, 'u').test(text)
  ), { numRuns: 1500 })
})

t.test('any text is an expression or is refused in words', async t => {
  const signs = fc.string({ unit: fc.constantFrom(...'ab()[]{}|*+?^$\\.-,0123:<>=!dwpLu'), maxLength: 30 })
  fc.assert(fc.property(fc.oneof(signs, fc.string({ unit: 'binary' })), fc.string(), (source, text) => {
    const regex = compileRegex(source, bare)
    return 'problem' in regex ? regex.problem !== '' : typeof matchesWhole(regex, comparable(text, bare)) === 'boolean'
  }), { numRuns: 1500 })
})
