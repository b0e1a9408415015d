import fc from 'fast-check'
import t from 'tap'
import { allIn, decodeXml, elementIn, elementsIn, escapeXml, readElements, readXml, textIn, XmlError } from '../../../server/quiz/formats/xml.ts'
import { workedMs } from '../../worked.ts'

const refused = (text: string): readonly [number, string] => {
  try {
    readXml(text)
  } catch (error) {
    if (error instanceof XmlError) return [error.line, error.message]
    throw error
  }
  return [0, 'read']
}

t.test('elements, texts and namespaces', async t => {
  const root = readXml('\ufeff<?xml version="1.0"?>\r\n<!DOCTYPE a SYSTEM "a.dtd">\n<!-- c -->\n<a xmlns="urn:a" xmlns:m="urn:m" b=\'1 &lt; &#x41;\' c="&#10;d\te">x\r\ny&amp;<![CDATA[<z>&amp;]]><m:d/><e>1</e><e><f>2</f></e></a>\n<!-- end --><?end?>')
  t.equal(readXml('<!DOCTYPE a SYSTEM "a.dtd" [\n<!-- it\'s -->\n<!ELEMENT a (b+)><!ATTLIST a b (Yes|No) \'No\' c CDATA "]>">\n]><a/>').line, 4, 'elements and attributes may be declared')
  t.match(root, { name: 'a', namespace: 'urn:a', line: 4 })
  t.same([...root.attributes], [['xmlns', 'urn:a'], ['xmlns:m', 'urn:m'], ['b', '1 < A'], ['c', '\nd e']])
  t.equal(root.children[0], 'x\ny&<z>&amp;')
  t.match(elementIn(root, 'd'), { name: 'd', namespace: 'urn:m' })
  t.equal(elementIn(undefined, 'd'), undefined)
  t.same(elementsIn(root).map(({ name }) => name), ['d', 'e', 'e'])
  t.same(elementsIn(root, 'e').map(textIn), ['1', '2'])
  t.equal(textIn(undefined), '')
  t.same([...allIn(root)].map(({ name }) => name), ['d', 'e', 'e', 'f'])
  t.same([...allIn(root, 'f')].map(textIn), ['2'])
  t.equal(readXml(`<a>${escapeXml('<&>"\r\u0000')}</a>`).children[0], '<&>"\r')
})

t.test('what is wrong is said with its line', async t => {
  const cases: readonly (readonly [string, number, RegExp])[] = [
    ['', 1, /no element/], ['words', 1, /outside/], ['<a/>words', 1, /outside/], ['<![CDATA[x]]><a/>', 1, /outside/], ['<a/><b/>', 1, /second element/],
    ['<a>\n<b>\n</a>', 3, /<\/b> is needed.*line 2/], ['</a>', 1, /ends nothing/], ['<a>', 1, /never closed/], ['<a', 1, /never closed/], ['<a b="', 1, /never closed/],
    ['<!-- ', 1, /comment/], ['<!-- -- -->', 1, /`--`/], ['<a><![CDATA[', 1, /CDATA/], ['<?x', 1, /instruction/], ['<!DOCTYPE', 1, /DOCTYPE/], ['<!ELEMENT a>', 1, /declarations/],
    ['<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', 1, /declares/], ['<a>&b;</a>', 1, /&b; is not defined/], ['<a>&constructor;</a>', 1, /without a reference/], ['<a>&toString;</a>', 1, /not defined/], ['<a>a & b</a>', 1, /&amp;/],
    ['<a>&#0;</a>', 1, /no character/], ['<a>&#xD800;</a>', 1, /no character/], ['<a>&#99999999;</a>', 1, /no character/], ['<a>\u0000</a>', 1, /does not allow/], ['<a>\ud800</a>', 1, /does not allow/], ['<a>]]></a>', 1, /]]>/],
    ['<a b="1" b="2"/>', 1, /twice/], ['<a b=1/>', 1, /in quotes/], ['<a b/>', 1, /in quotes/], ['<a b="1"c="2"/>', 1, /proper name/], ['<a 1="2"/>', 1, /proper name/], ['<a b="<"/>', 1, /`<` stands in the attribute/], ['<a <b/>', 1, /in a tag/],
    ['< a/>', 1, /no name/], ['<a></ a>', 1, /end tag/], ['<a/', 1, /never closed/], ['<a></a', 1, /never closed/]
  ]
  for (const [text, line, message] of cases) t.match(refused(text), [line, message], JSON.stringify(text))
})

t.test('what is large beyond all use is refused, in little time', async t => {
  const began = workedMs()
  t.match(refused('<a>'.repeat(300)), [1, /nested/])
  t.match(refused(`<a ${Array.from({ length: 300 }, (_, index) => `a${index}=""`).join(' ')}/>`), [1, /more than 256/])
  t.match(refused(`<a ${'b="c" '.repeat(200_000)}/>`), [1, /longer/])
  t.match(refused(`<a></${'a'.repeat(1_100_000)}`), [1, /never closed/])
  t.match(refused(`<a>${'<b/>'.repeat(500_001)}</a>`), [1, /more elements/])
  t.throws(() => [...readElements(['<a>', ...Array.from({ length: 65 }, () => 'x'.repeat(1_000_000))], 0)], /larger/)
  for (const unit of ['<', '&', ' ', '<!--', '<![CDATA[', ']]>', '<?', '<a b="', '"', '&#', '\r', ']']) t.match(refused(unit.repeat(500_000 / unit.length)), [1, /./], unit)
  t.ok(workedMs() - began < 20_000)
})

t.test('a text in chunks is read as one whole, and children of the root are handed out as they end', async t => {
  const text = '<?xml version="1.0"?><!-- a --><q xmlns="u">\r\n<a b="1>2">x&amp;y\r\nz😀]]<![CDATA[]]]]></a> <c/>\n<a/></q>'
  const whole = JSON.stringify([...readElements([text], 0)])
  fc.assert(fc.property(fc.array(fc.nat(text.length), { maxLength: 30 }), cuts => {
    const places = [0, ...cuts.toSorted((a, b) => a - b), text.length]
    const chunks = places.slice(1).map((end, index) => text.slice(places[index], end))
    return JSON.stringify([...readElements(chunks, 0)]) === whole && [...readElements(chunks, 1)].map(({ name, line }) => `${name}${line}`).join() === 'a2,c3,a4'
  }))
  t.same([...readElements(['<a/>'], 1)], [])
  t.same([...readElements(['<a>x<b>y<c>1</c>z<d/></b><e/><c>2<f/></c></a>'], 2)].map(({ name, children }) => `${name}${children.length}`), ['c1', 'd0', 'f0'], 'or the children of those')
  t.same([...readElements(['<a', '', ' b="1" ', '', '>', '</a>'], 0)].map(({ attributes }) => attributes.get('b')), ['1'])
  t.equal([...readElements([`<a>${'x'.repeat(2000)}`, `${'&amp;'.repeat(300)}</a>`], 0)].map(textIn)[0]?.length, 2300)
  const long = [...readElements([`<a>${'x'.repeat(3000)}&`, 'amp;', `${']'.repeat(2000)}`, ']</a>'], 0)].map(textIn)[0]
  t.equal(long?.length, 5002)
})

t.test('bytes are read in the encoding they are in', async t => {
  const read = (bytes: Uint8Array): string => {
    const decoded = decodeXml(bytes)
    return 'text' in decoded ? textIn(readXml(decoded.text)) : decoded.problem
  }
  const wide = (text: string, swap: boolean): Uint8Array => {
    const bytes = Buffer.from(text, 'utf16le')
    return swap ? bytes.swap16() : bytes
  }
  t.equal(read(Buffer.from('<a>é</a>')), 'é')
  t.equal(read(Buffer.from('<?xml version="1.0" encoding="ISO-8859-1"?><a>é</a>', 'latin1')), 'é')
  t.same([false, true].flatMap(swap => ['\ufeff', ''].map(mark => read(wide(`${mark}<a>é</a>`, swap)))), ['é', 'é', 'é', 'é'])
  t.match(read(Buffer.from('<a>é</a>', 'latin1')), /not written in UTF-8/)
  t.match(read(Buffer.from('<?xml version="1.0" encoding="windows-1252"?><a>é</a>', 'latin1')), 'é')
  t.match(read(Buffer.from('<?xml version="1.0" encoding="ebcdic"?><a/>')), /ebcdic/)
  t.match(read(Buffer.from([0xff, 0xfe, 0x00])), /utf-16le/)
})

t.test('any text at all is read or refused', async t => {
  const pieces = fc.array(fc.constantFrom('<', '>', '</', '/>', 'a', ' ', '=', '"', "'", '<!--', '-->', '<![CDATA[', ']]>', '&', ';', '<?', '?>', '<!DOCTYPE', '[', '\r', '\n', '\ud83d', '\ude00', '<a>', '</a>'))
  fc.assert(fc.property(pieces, fc.string({ unit: 'binary' }), (pieces, noise) => {
    const one = refused(pieces.join(''))
    let chunked: readonly [number, string] = [0, 'read']
    try {
      void [...readElements(pieces, 0)]
    } catch (error) {
      chunked = error instanceof XmlError ? [error.line, error.message] : [-1, String(error)]
    }
    return refused(noise)[0] >= 0 && (one[1] === 'read') === (chunked[1] === 'read')
  }), { numRuns: 1000 })
})
