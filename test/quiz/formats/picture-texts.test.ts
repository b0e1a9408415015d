import t from 'tap'
import type { NamedQuestion } from '../../../server/quiz/formats/format.ts'
import { htmlOfPictured, namedFiles, picturedOr, showsPicture } from '../../../server/quiz/formats/picture-texts.ts'
import { importQti12 } from '../../../server/quiz/formats/qti12-read.ts'
import { importQti12Package, exportQti12Package } from '../../../server/quiz/formats/qti12-package.ts'
import { exportQti12 } from '../../../server/quiz/formats/qti12-write.ts'
import { importQtiPackage } from '../../../server/quiz/formats/qti-package.ts'
import { exportQti } from '../../../server/quiz/formats/qti-write.ts'
import { plainOfMarkdown } from '../../../server/quiz/formats/markup.ts'

const words = (markdown: string): string => plainOfMarkdown(markdown).text

t.test('Markdown that shows pictures is written as HTML, and read as Markdown again', async t => {
  for (const markdown of ['Look: ![a camera](b.png) there', '![](b.png)', 'a \\* b\\\n![x \\[y\\] "z" & w](c.png) ![d](e.png)']) {
    const text = htmlOfPictured(markdown, words)
    t.ok(showsPicture(markdown))
    t.same(picturedOr({ text, format: 'html' }), { text: markdown, format: 'markdown' }, text)
  }
  t.equal(htmlOfPictured('![a](b.png "10x20") ![a](b.png "a title")', words), '<img src="b.png" alt="a" width="10" height="20" /> <img src="b.png" alt="a" />')
  t.notOk(showsPicture('a [link](b.png)'))
  for (const text of ['<b>x</b> <img src="a.png" />', '<p>words</p>']) t.same(picturedOr({ text, format: 'html' }), { text, format: 'html' })
  t.same(picturedOr({ text: '<img src="a" />', format: 'plain' }), { text: '<img src="a" />', format: 'plain' })
  t.same(picturedOr({ text: '<p><img alt="x" /></p>', format: 'html' }), { text: '![x]()', format: 'markdown' })
})

t.test('files that texts name are given paths of their own', async t => {
  const taken = new Map([['media/a.png', Uint8Array.of(9)]])
  const gone: string[] = []
  const named = namedFiles([{ name: 'a.png', bytes: btoa('1') }, { name: '../my pic.png', bytes: `${btoa('22')}\n` }, { name: 'b.png', bytes: 'A' }], 'media', taken, name => { gone.push(name) })
  const text = '<img src="@@PLUGINFILE@@/a.png"><img src="@@PLUGINFILE@@/..%2Fmy%20pic.png"> (@@PLUGINFILE@@/a.png) @@PLUGINFILE@@/b.png @@PLUGINFILE@@/gone%zz.png'
  t.equal(named.placed(text, path => `../${path}`), '<img src="../media/2-a.png"><img src="../media/_my_pic.png"> (../media/2-a.png) ../media/b.png @@PLUGINFILE@@/gone%zz.png')
  t.same(gone, ['gone%zz.png'])
  t.same([...named.used.keys()], ['media/2-a.png', 'media/_my_pic.png', 'media/b.png'])
  t.equal(namedFiles([{ name: 'a.png', bytes: btoa('1') }], 'media', taken, () => {}).placed('@@PLUGINFILE@@/a.png', path => path), 'media/2-a.png', 'the same bytes are one file')
})

t.test('packages carry the files of texts', async t => {
  const of = (definition: object): NamedQuestion => ({
    name: 'Q', category: ['c'], files: [{ name: 'a.png', bytes: btoa('not really a picture') }],
    definition: { key: 'q', topic: 'c', difficulty: 'medium', prompt: 'x ![a](@@PLUGINFILE@@/a.png)', ...definition } as NamedQuestion['definition']
  })
  const text = of({ kind: 'cloze', text: '{{a}} ![t](@@PLUGINFILE@@/a.png) \\* {{b}}', gaps: [{ key: 'a', input: 'text', accept: ['x'] }, { key: 'b', input: 'text', accept: ['y'] }] })
  for (const version of ['2.1', '3.0'] as const) {
    const { files, problems } = exportQti([text], { version })
    t.same(problems, [])
    t.ok(files.has('media/a.png'))
    t.match(new TextDecoder().decode(files.get('imsmanifest.xml')), '<file href="media/a.png"/>')
    const { questions: [again] } = importQtiPackage(files)
    t.match(again, { files: [{ name: '../media/a.png', bytes: btoa('not really a picture') }], definition: { kind: 'cloze', prompt: 'x ![a](../media/a.png)', text: '{{a}} ![t](../media/a.png) \\* {{b}}', markup: undefined } })
  }
  const gone = { ...of({ kind: 'description' }), files: [] }
  t.match(exportQti([gone]).problems, [{ message: /'a.png' that it shows is not among its files/ }])
  t.match(exportQti12([gone]).problems, [{ message: /'a.png' that it shows is not among its files/ }])
  const packed = exportQti12Package([of({ kind: 'description' })])
  t.match(importQti12Package(packed.files).questions, [{ definition: { prompt: 'x ![a]($IMS-CC-FILEBASE$/a.png)' }, files: [{ bytes: btoa('not really a picture') }] }])
  const png = 'iVBORw0KGgoAAAANSUhEUgAAAAoAAAAUCAYAAAC07w7bAAAAFUlEQVR42mNk+M9Qz0AEYBxVSF+FABJADveWkH6oAAAAAElFTkSuQmCC'
  t.match(exportQti12([{ ...of({ kind: 'description' }), files: [{ name: 'a.png', bytes: png }] }]).text, `data:image/png;base64,${png}`)
  t.match(importQti12(exportQti12([of({ kind: 'description' })]).text).questions, [{ definition: { prompt: `x ![a](data:image/png;base64,${btoa('not really a picture')})` } }])
})
