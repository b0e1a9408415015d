import { gunzipSync } from 'node:zlib'
import t from 'tap'
import { accepts, assemble, cut, fill, fixed, hole } from '../../server/http/splice.ts'

t.test('a page out of fixed parts and filled holes is the same plain and compressed', async (t) => {
  const frame = cut(`<p>${hole('name')}</p>${'<b>the same for everybody</b>'.repeat(100)}${hole('list')}${hole('name')}`)
  const long = 'ü and so on. '.repeat(12_000)
  const pieces = fill(frame, { name: 'Zoë', list: [fixed('<li>one</li>'), long, fixed('<li>2</li>'), ''] })
  const expected = `<p>Zoë</p>${'<b>the same for everybody</b>'.repeat(100)}<li>one</li>${long}<li>2</li>Zoë`
  t.equal(assemble(pieces, false).toString(), expected)
  // gunzip holds the checksum and the length against what comes out.
  t.equal(gunzipSync(assemble(pieces, true)).toString(), expected)
  t.equal(gunzipSync(assemble([], true)).toString(), '')
  t.equal(gunzipSync(assemble([fixed('a'), fixed('bc'.repeat(70_000)), fixed('')], true)).toString(), `a${'bc'.repeat(70_000)}`)
  t.throws(() => fill(frame, { list: '' }), /nothing to fill the hole 'name' with/)
})

t.test('what was filled in is not compressed, so that its length tells nothing of what stands beside it', async (t) => {
  const frame = cut(`<p>${hole('secret')}</p>${hole('chosen')}`)
  const lengths = ['secret-4711', 'another-one'].map((chosen) => assemble(fill(frame, { secret: 'secret-4711', chosen }), true).length)
  t.equal(lengths[0], lengths[1])
})

t.test('a coding is used when the browser takes it', async (t) => {
  for (const header of ['gzip', 'gzip, deflate, br', 'br;q=1.0, gzip;q=0.8, *;q=0.1', 'deflate,GZIP']) t.ok(accepts(header, 'gzip'), String(header))
  for (const header of [undefined, '', 'identity', 'br', 'gzip;q=0', 'xgzip', 'gzip;q=0.0, br']) t.notOk(accepts(header, 'gzip'), String(header))
  t.ok(accepts('gzip, br', 'br'))
  t.notOk(accepts('gzip', 'br'))
})
