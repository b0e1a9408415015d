import { inflateSync } from 'node:zlib'
import t from 'tap'
import { scriptsWithoutFont } from '../../server/certificates/fonts.ts'
import { renderCertificate, type CertificateView } from '../../server/certificates/pdf.ts'

const view: CertificateView = {
  state: 'valid',
  locale: 'en',
  direction: 'ltr',
  programme: 'Global Public Security Training Programme',
  holder: 'Amina Yusuf',
  country: 'Zambia',
  agency: 'Zambia Police Service',
  course: { title: 'Telecom and online fraud', version: 'Version 3' },
  mark: '92 %',
  issuedOn: '2026-11-23',
  issued: '23 November 2026',
  validUntil: '22 November 2029',
  serial: 'M26-05AF-MSY3-8DF',
  verifyUrl: 'https://muster.example.org/certificates/M26-05AF-MSY3-8DF',
  signatory: { name: 'Chanda Mwila', title: 'Director of Training' },
  labels: {
    title: 'Certificate of completion',
    presentedTo: 'This is to certify that',
    completed: 'has completed the course',
    mark: 'Mark',
    issued: 'Issued',
    validUntil: 'Valid until',
    serial: 'Serial',
    verify: 'Scan the code or open this address, and compare what you see.',
    qr: 'QR code of the address that checks this certificate',
    revoked: 'Revoked'
  }
}

interface Opened { readonly raw: string, readonly pages: number, readonly fonts: readonly string[], readonly title: string, readonly glyphs: string, readonly boxes: number }

/** What can be read without a PDF library: objects are plain, streams are deflated. */
function open (pdf: Uint8Array): Opened {
  const bytes = Buffer.from(pdf)
  let raw = bytes.toString('latin1')
  for (const match of raw.matchAll(/stream\r?\n/g)) {
    const start = match.index + match[0].length
    if (bytes[start] !== 0x78 && bytes[start] !== 0x48) continue
    try { raw += inflateSync(bytes.subarray(start)).toString('latin1') } catch { continue }
  }
  // ToUnicode maps of the embedded fonts: each character the page can say.
  const glyphs = [...raw.matchAll(/<[0-9a-f]{4}> <([0-9a-f]{4,})>/gi)].map(([, hex]) => Buffer.from(hex ?? '', 'hex').swap16().toString('utf16le')).join('')
  const xmp = Buffer.from(/<dc:title>.*?<\/dc:title>/s.exec(raw)?.[0] ?? '', 'latin1').toString('utf8')
  return {
    raw,
    pages: Number(/\/Type\s*\/Pages\s*\/Count (\d+)/.exec(raw)?.[1]),
    fonts: [...new Set([...raw.matchAll(/\/BaseFont\s*\/[A-Z]{6}\+([A-Za-z]+)/g)].map(([, name]) => name ?? ''))],
    title: xmp.replace(/<[^>]*>/g, '').trim(),
    glyphs,
    boxes: boxesIn(raw)
  }
}

/** How often the page shows glyph 0, the box of a font for what it does not have (ISO 32000, 9.7.6.3). Texts are shown by
 * `Tj` and `TJ` as literal strings of glyph numbers, two bytes each. */
function boxesIn (raw: string): number {
  const shown = [...raw.matchAll(/[^\n]*T[jJ]$/gm)].flatMap(([line]) => [...line.matchAll(/\(((?:\\.|[^\\)])*)\)/gs)].map(([, text]) => text ?? ''))
  return shown.flatMap((text) => [...text.matchAll(/(\\[0-7]{3}|\\.|[^\\])(\\[0-7]{3}|\\.|[^\\])/gs)]).filter(([pair]) => pair === '\\000\\000').length
}

t.test('a certificate is one tagged A4 page with title, language, date, code and address', async (t) => {
  const pdf = await renderCertificate(view)
  t.equal(Buffer.from(pdf.subarray(0, 5)).toString(), '%PDF-')
  const { raw, pages, title } = open(pdf)
  t.equal(pages, 1)
  t.equal(title, 'Certificate of completion – Amina Yusuf')
  t.match(raw, /\/MediaBox\s*\[0 0 841\.8\d* 595\.2\d*\]/)
  t.match(raw, /\/Lang\s*\(en/)
  t.match(raw, /\/Marked true/)
  t.match(raw, /\/S\s*\/H1/)
  t.match(raw, /\/S\s*\/Figure/)
  t.match(raw, /\/Alt\s*\(QR code of the address/)
  t.match(raw, /\/URI\s*\(https:\/\/muster\.example\.org\/certificates\/M26-05AF-MSY3-8DF\)/)
  t.match(raw, /2026-11-23/)
  t.ok(pdf.length < 60_000, `${pdf.length} bytes`)
})

t.test('the same view gives the same bytes, another name other ones', async (t) => {
  const first = await renderCertificate(view)
  t.ok(Buffer.compare(first, await renderCertificate(view)) === 0)
  t.not(Buffer.compare(first, await renderCertificate({ ...view, holder: 'Amina Yusuff' })), 0)
})

t.test('a name in any script at hand is set in a font that has it', async (t) => {
  for (const [holder, font] of [
    ['Дмитрий Щербаков', 'LibertinusSerif'],
    ['فاطمة الزهراء (Fatima)', 'NotoNaskhArabic'],
    ['王小明', 'NotoSansHans'],
    ['佐藤さくら', 'NotoSansHans'],
    ['प्रियंका श्रेष्ठ', 'NotoSans'],
    ['דָּוִד כֹּהֵן', 'LibertinusSerif'],
    ['Արամ Խաչատրյան', 'NotoSansArmenian'],
    ['শ্রাবন্তী চট্টোপাধ্যায়', 'NotoSerifBengali'],
    ['ኃይለ ሥላሴ ተስፋዬ', 'NotoSansEthiopic'],
    ['გიორგი ბერიძე', 'NotoSansGeorgian'],
    ['શ્રીકૃષ્ણ ઠક્કર', 'NotoSansGujarati'],
    ['ਗੁਰਪ੍ਰੀਤ ਸਿੰਘ', 'NotoSansGurmukhi'],
    ['김민준 뷁쀍 (Kim)', 'NanumMyeongjo'],
    ['ಶ್ರೀನಿವಾಸ ಕೃಷ್ಣಮೂರ್ತಿ', 'NotoSansKannada'],
    ['ស៊ុន ស្រីពៅ ចន្ទ្រា', 'NotoSansKhmer'],
    ['ສົມພອນ ພົມວິຫານ', 'NotoSansLao'],
    ['ശ്രീലക്ഷ്മി കൃഷ്ണൻ', 'NotoSansMalayalam'],
    ['အောင်ဆန်း ဂန္ထဝင် မြင့်ကြွယ်', 'NotoSansMyanmar'],
    ['ଶ୍ରୀକାନ୍ତ ପଟ୍ଟନାୟକ', 'NotoSansOriya'],
    ['ශ්‍රී ක්‍රිෂ්ණ විද්‍යාරත්න', 'NotoSansSinhala'],
    ['ஸ்ரீ கிருஷ்ணமூர்த்தி', 'NotoSansTamil'],
    ['శ్రీనివాస కృష్ణమూర్తి', 'NotoSerifTelugu'],
    ['އިބްރާހީމް މުޙައްމަދު', 'NotoSansThaana'],
    ['สมชาย น้ำใจดี', 'NotoSansThai'],
    ['འཇིགས་མེད་རྣམ་རྒྱལ་དབང་ཕྱུག', 'NotoSerifTibetan']
  ] as const) {
    const { fonts, title, pages, glyphs, boxes } = open(await renderCertificate({ ...view, holder }))
    t.ok(fonts.some((name) => name.startsWith(font)), `${holder}: ${fonts.join(', ')}`)
    t.equal(title, `Certificate of completion – ${holder}`)
    t.equal(pages, 1)
    t.strictSame(scriptsWithoutFont(holder), [])
    t.equal(boxes, 0, `${holder} has all its glyphs`)
    const letters = holder.replace(/[^\p{L}]/gu, '')
    t.ok([...letters].filter((letter) => glyphs.normalize('NFKC').includes(letter)).length >= letters.length * 0.7, `${holder} can be searched`)
  }
})

t.test('scripts without a font are named, so that nobody is issued boxes unawares', async (t) => {
  t.strictSame(scriptsWithoutFont('Kim 김민준'), [])
  t.strictSame(scriptsWithoutFont('ⵎⵓⵃⴰ Moha'), ['Tifinagh'])
  t.strictSame(scriptsWithoutFont('ᠪᠠᠲᠤ 𞤀𞤣𞤤𞤢𞤥'), ['Adlam', 'Mongolian'])
  t.strictSame(scriptsWithoutFont('ᚠᚢ'), ['Unknown'])
  t.strictSame(scriptsWithoutFont('Ng’andu-O’Brien, 3. Żółć'), [])
})

t.test('a character that no font has leaves a box, not a person without a certificate', async (t) => {
  const { title, raw, pages, boxes } = open(await renderCertificate({ ...view, holder: '\u{10ffff}田' }))
  t.equal(title, 'Certificate of completion – \u{10ffff}田')
  t.equal(pages, 1)
  t.match(raw, /\/Marked true/)
  t.equal(boxes, 1)
})

t.test('an Arabic certificate is set from right to left in its language', async (t) => {
  const labels = { ...view.labels, title: 'شهادة إتمام', presentedTo: 'نشهد بأن', revoked: 'ملغاة' }
  const { raw, title } = open(await renderCertificate({ ...view, locale: 'ar', direction: 'rtl', labels }))
  t.match(raw, /\/Lang\s*\(ar/)
  t.match(raw, /\/Direction\s*\/R2L/)
  t.equal(title, 'شهادة إتمام – Amina Yusuf')
})

t.test('the longest names and titles stay on the one page', async (t) => {
  for (const holder of ['W'.repeat(80), 'Maria Fernanda '.repeat(6), '王'.repeat(80), 'عبد الله بن محمد '.repeat(6), 'စုကြည်ဦးသန့်မြင့်ကြွယ်'.repeat(4), 'འཇིགས་མེད་རྒྱལ་'.repeat(6)]) {
    const { pages } = open(await renderCertificate({ ...view, holder, agency: 'Directorate of '.repeat(12), course: { title: 'Advanced investigation '.repeat(15), version: 'Version 12' } }))
    t.equal(pages, 1, holder.slice(0, 15))
  }
})

t.test('a revoked certificate carries a band and says so to a screen reader too; others do not', async (t) => {
  const band = /0\.643\d* 0\.2\d* 0\.168\d*/
  const revoked = open(await renderCertificate({ ...view, state: 'revoked', revokedLine: 'Zurückgezogen ŵ' }))
  t.match(revoked.raw, band)
  t.match(revoked.glyphs, 'ŵ')
  for (const state of ['valid', 'expired'] as const) t.notMatch(open(await renderCertificate({ ...view, state })).raw, band)
})

t.test('markup in a value is text, not source', async (t) => {
  const { title, pages } = open(await renderCertificate({ ...view, holder: '#panic("x") *bold* $x$ ]', agency: null, country: null, validUntil: null }))
  t.equal(title.replaceAll('&quot;', '"'), 'Certificate of completion – #panic("x") *bold* $x$ ]')
  t.equal(pages, 1)
})

t.test('a view that cannot be set names its serial and keeps the cause', async (t) => {
  const failure = await renderCertificate({ ...view, issuedOn: '2026-13-45' }).then(() => undefined, (error: unknown) => error)
  t.match(failure, { message: /M26-05AF-MSY3-8DF/, cause: { message: /main\.typ:\d+:\d+: error: month/ } })
  t.match(open(await renderCertificate(view)).title, /Amina Yusuf/)
})

t.test('many at once, and the compiler replaced in between, change nothing', async (t) => {
  const one = Buffer.from(await renderCertificate(view))
  const many = await Promise.all(Array.from({ length: 140 }, () => renderCertificate(view)))
  t.equal(many.filter((pdf) => one.equals(pdf)).length, 140)
})
