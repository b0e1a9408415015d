import fc from 'fast-check'
import t from 'tap'
import { parseLesson } from '../../server/courses/lesson-file.ts'
import { readableText, renderInline, renderMarkdown } from '../../server/courses/markdown.ts'
import { countWords, minutesOf } from '../../server/courses/minutes.ts'

t.test('paragraphs, lists, quotations, emphasis and code come out as they were meant', async (t) => {
  t.equal(renderMarkdown('One *two* **three** `four`\nfive'), '<p>One <em>two</em> <strong>three</strong> <code>four</code>\nfive</p>\n')
  t.equal(renderMarkdown('3. c\n4. d'), '<ol start="3">\n<li>c</li>\n<li>d</li>\n</ol>\n')
  t.equal(renderMarkdown('> said'), '<blockquote>\n<p>said</p>\n</blockquote>\n')
  t.equal(renderInline('a **b** & c < d'), 'a <strong>b</strong> &amp; c &lt; d')
  t.equal(renderInline('# no heading'), '# no heading')
})

t.test('headings have ids, each once, in any script', async (t) => {
  t.match(renderMarkdown('## What to do, now'), '<h2 id="part-what-to-do-now">What to do, now</h2>')
  t.match(renderMarkdown('## ما يجب فعله'), '<h2 id="part-ما-يجب-فعله">')
  t.match(renderMarkdown('## ?!'), '<h2 id="part-1">')
  const ids = [...renderMarkdown('## A\n\n## A 2\n\n## A\n\n### A').matchAll(/id="([^"]*)"/g)].map(([, id]) => id)
  t.same(ids, ['part-a', 'part-a-2', 'part-a-3', 'part-a-4'])
  t.match(renderMarkdown('## A', 'q3-'), 'id="q3-a"')
})

t.test('a table stands in a region that scrolls, named by its heading and its own head', async (t) => {
  const html = renderMarkdown('## Who "can"\n\n| Who | How `much` |\n| --- | ---: |\n| A | 1 |')
  t.match(html, '<div class="scroll" role="region" tabindex="0" aria-label="Who &quot;can&quot; · Who · How much"><table>')
  t.match(html, '<th scope="col">Who</th>\n<th scope="col" class="n">How <code>much</code></th>')
  t.match(html, '<td>A</td>\n<td class="n">1</td>')
  t.match(html, '</table></div>')
  t.notMatch(html, /style=/, 'no inline style, which the content security policy refuses')
  t.match(renderMarkdown('|  |  |\n| --- | --- |\n| A | 1 |'), 'aria-label="1"', 'even a table without words has a name')
})

t.test('links lead to http, https and mail addresses, and nowhere else', async (t) => {
  const rel = 'rel="noopener noreferrer"'
  t.equal(renderInline('[a](https://un.org/x?a=1&b=2)'), `<a href="https://un.org/x?a=1&amp;b=2" ${rel}>a</a>`)
  t.equal(renderInline('<http://un.org>'), `<a href="http://un.org" ${rel}>http://un.org</a>`)
  t.equal(renderInline('[a](mailto:x@un.org)'), `<a href="mailto:x@un.org" ${rel}>a</a>`)
  for (const target of ['javascript:alert(1)', 'JaVaScRiPt:alert(1)', 'data:text/html,x', 'vbscript:x', 'file:///etc/passwd', '//evil.example', '/sign-out', '#x', 'x', 'ftp://x.example', 'javascript&colon;alert(1)', 'java&#10;script:alert(1)']) {
    t.notMatch(renderMarkdown(`[a](${target})\n\n[b]\n\n[b]: <${target}>\n\n<${target}>`), '<a', target)
  }
  t.notMatch(renderInline('www.example.com'), '<a', 'an address is no link by itself')
})

t.test('raw HTML and pictures are text', async (t) => {
  t.equal(renderInline('<b onclick="x()">b</b><script>alert(1)</script>'), '&lt;b onclick="x()"&gt;b&lt;/b&gt;&lt;script&gt;alert(1)&lt;/script&gt;')
  t.equal(renderMarkdown('<iframe src="https://x.example"></iframe>'), '<p>&lt;iframe src="https://x.example"&gt;&lt;/iframe&gt;</p>\n')
  t.notMatch(renderMarkdown('![x](https://x.example/a.png)'), '<img')
  t.notMatch(renderMarkdown('```html\n<script>\n```'), '<script')
})

t.test('whatever is written, only known tags and attributes come out', async (t) => {
  const piece = fc.constantFrom(
    '<', '>', '"', "'", '&', '`', '\n', '\n\n', '#', '## ', '|', '| --- |', '[', ']', '(', ')', '](javascript:', '](https://a.example', '<a href=', '<img src=x onerror=',
    '<script>', '</div>', '-->', '<!--', '&lt;', '&#x3c;', 'on', 'style="', '*', '_', '~~', '\\', '    ', '> ', '- ', '\0', 'é', 'ع'
  )
  fc.assert(fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
    for (const html of [renderMarkdown(pieces.join('')), renderInline(pieces.join(''))]) {
      for (const [tag, name] of html.matchAll(/<\/?([a-zA-Z!][^\s>/]*)[^>]*>/g)) {
        if (!/^(h[1-6]|p|br|hr|ul|ol|li|blockquote|pre|code|em|strong|s|a|span|div|table|thead|tbody|tr|th|td)$/.test(name ?? '')) return false
        const bare = tag.replaceAll(/="[^"]*"/g, '=')
        if (/\s(?!(?:href|rel|id|class|scope|role|tabindex|aria-label|start)=|\/>)[^\s>]/.test(bare)) return false
        if (/href="(?!https?:\/\/|mailto:)/i.test(tag)) return false
      }
    }
    return true
  }), { numRuns: 1000 })
})

t.test('reading takes a minute for each 180 words begun, in any language', async (t) => {
  t.equal(minutesOf('word '.repeat(180), 'en'), 1)
  t.equal(minutesOf('word '.repeat(181), 'en'), 2)
  t.equal(minutesOf('كلمة '.repeat(361), 'ar'), 3)
  t.equal(minutesOf('', 'en'), 1)
  t.equal(readableText('## A *b*\n\n[c d](https://x.example/e) – `f`\n\n| g | h |\n| - | - |\n| i | j |'), 'A b\nc d – f\ng\nh\ni\nj')
  t.equal(countWords('A b – c', 'en'), 3, 'a dash is no word')
  t.ok(countWords('电信诈骗的受害者', 'zh-Hans') > 2, 'Chinese words are told apart without spaces')
})

t.test('a lesson is its heading and its Markdown', async (t) => {
  t.same(parseLesson('---\ntitle: A\n---\n\n\nText.\n\n'), { title: 'A', markdown: 'Text.\n' })
  t.same(parseLesson('---\ntitle: A\n---\nOne.\n\n---\n\nTwo.'), { title: 'A', markdown: 'One.\n\n---\n\nTwo.\n' })
})

t.test('what is wrong in a lesson is said with its line', async (t) => {
  const cases: ReadonlyArray<readonly [string, string, ReadonlyArray<readonly [number, string | RegExp]>]> = [
    ['no heading', 'Text.', [[1, /is missing; a lesson begins/]]],
    ['an open heading', '---\ntitle: A\n\nText.', [[1, /is missing; a lesson begins/]]],
    ['no title', '---\n---\nText.', [[2, 'is missing']]],
    ['a blank title', '---\n# note\ntitle: " "\n---\nText.', [[3, 'must not be empty']]],
    ['an unknown field', '---\ntitle: A\n\nauthor: B\n---\nText.', [[4, /is not known here/]]],
    ['a title twice', '---\ntitle: A\ntitle: B\n---\nText.', [[3, /is not proper YAML: Map keys must be unique/]]],
    ['bad YAML', '---\ntitle: "A\n---\nText.', [[2, /is not proper YAML/]]],
    ['no text', '---\ntitle: A\n---\n\n', [[4, 'has no text']]],
    ['a block of HTML', '---\ntitle: A\n---\n\nText.\n\n<div>\nx\n</div>\n', [[7, /^raw HTML \(<div>\)/]]],
    ['HTML in a line', '---\ntitle: A\n---\nText\nand **more**\nand <b>x</b>.', [[6, /^raw HTML \(<b>\)/], [6, /^raw HTML \(<\/b>\)/]]],
    ['a comment', '---\ntitle: A\n---\nText <!-- note -->', [[4, /^raw HTML/]]],
    ['HTML in a list and a table', '---\ntitle: A\n---\n- a\n- b <i>\n\n| a |\n| - |\n| b |\n| <i> |\n', [[5, /^raw HTML/], [10, /^raw HTML/]]],
    ['a first-level heading', '---\ntitle: A\n---\n\n# A\n\nText.', [[5, /headings start at `##`/]]],
    ['a picture', '---\ntitle: A\n---\nText.\n\n![a](https://a.example/b.png)', [[6, /^a picture 'https:\/\/a\.example\/b\.png' that the course does not have/]]],
    ['a link elsewhere', '---\ntitle: A\n---\nText.\n[a](../b.md)\n[c](javascript:x)', [[5, /^a link to '\.\.\/b\.md'/], [6, /^a link to 'javascript:x'/]]]
  ]
  for (const [name, text, expected] of cases) {
    const parsed = parseLesson(text)
    const problems = 'problems' in parsed ? parsed.problems : []
    t.same(problems.map(({ line }) => line), expected.map(([line]) => line), name)
    for (const [index, [, message]] of expected.entries()) t.match(problems[index]?.message, message, name)
  }
  t.notOk('problems' in parseLesson('---\ntitle: A\n---\n`<b>` and \\<b> and 1 < 2 and <https://a.example>\n\n```\n<div>\n```\n'), 'code and escaped signs are no HTML')
})
