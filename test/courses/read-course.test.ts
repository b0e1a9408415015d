import { readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { fileProblemLine } from '../../server/courses/file-problem.ts'
import { readCourses } from '../../server/courses/import-courses.ts'
import { parseLocatedYaml } from '../../server/courses/located-yaml.ts'
import { readCourse } from '../../server/courses/read-course.ts'
import { checkQuestion } from '../../server/quiz/definition.ts'
import { sampleCourse } from './sample.ts'

type Sample = ReturnType<typeof sampleCourse>
type Files = NonNullable<Parameters<typeof t.testdir>[0]>

async function problemLines (folder: string): Promise<string[]> {
  const read = await readCourse(folder)
  return 'problems' in read ? read.problems.map(fileProblemLine) : []
}

/** The sample with changes to its texts: `[file, from, to]`. */
function changed (...changes: ReadonlyArray<readonly [string, string, string]>): Files {
  const sample: Sample = sampleCourse()
  const texts = new Map<string, string>([
    ['course.yaml', sample['course.yaml']],
    ...Object.entries(sample.lessons).map(([name, text]) => [`lessons/${name}`, text] as const),
    ...Object.entries(sample.banks).map(([name, text]) => [`banks/${name}`, text] as const)
  ])
  for (const [file, from, to] of changes) {
    const text = texts.get(file)
    if (text === undefined || !text.includes(from)) throw new Error(`the sample's ${file} does not hold ${from}`)
    texts.set(file, text.replace(from, () => to))
  }
  const under = (folder: string): Record<string, string> => Object.fromEntries([...texts]
    .filter(([file]) => file.startsWith(`${folder}/`)).map(([file, text]) => [file.slice(folder.length + 1), text]))
  return { 'course.yaml': texts.get('course.yaml') ?? '', lessons: under('lessons'), banks: under('banks') }
}

t.test('a good course is read whole', async (t) => {
  const read = await readCourse(t.testdir({ ...sampleCourse(), 'README.md': 'notes', '.notes': 'x' }))
  if ('problems' in read) return t.fail(read.problems.map(fileProblemLine).join('\n'))
  const { course } = read
  t.match(course, { slug: 'sample', language: 'en', validMonths: 24, summary: 'What an officer will be able to do.' })
  t.same(course.modules.map(({ key, activities }) => [key, activities]), [
    ['first-hour', [{ key: 'the-first-hour', kind: 'lesson' }, { key: 'practice', kind: 'quiz' }]],
    ['final', [{ key: 'exam', kind: 'quiz' }]]
  ])
  t.same(course.lessons.map(({ key, language, title }) => [key, language, title]), [
    ['the-first-hour', 'ar', 'الساعة الأولى'], ['the-first-hour', 'en', 'The first hour: what counts']
  ])
  t.same(course.banks.map(({ name, questions }) => [name, questions.length]), [['first-hour', 4], ['numbers', 2]])
})

t.test('files are the same to a reader whatever wrote their line ends and byte order mark', async (t) => {
  const { lessons, ...rest } = sampleCourse()
  const lesson = `\uFEFF${lessons['the-first-hour.en.md'].replaceAll('\n', '\r\n')}`
  const plain = await readCourse(t.testdir({ plain: sampleCourse(), windows: { ...rest, lessons: { ...lessons, 'the-first-hour.en.md': lesson } } }) + '/plain')
  const windows = await readCourse(join(t.testdirName, 'windows'))
  if (!('course' in plain) || !('course' in windows)) return t.fail('both are whole')
  t.same({ ...windows.course, files: [] }, { ...plain.course, files: [] })
  t.not(windows.course.files?.find(({ path }) => path === 'lessons/the-first-hour.en.md')?.bytes.indexOf('\r\n'), -1, 'and are kept as they are')
})

/** The head of a PNG of 20 by 10 pixels. */
const PNG = Buffer.from('89504e470d0a1a0a0000000d49484452000000140000000a0802000000', 'hex')

function pictureQuestion (key: string, src: string, width: number): string {
  return `  - key: ${key}
    kind: hotspot
    topic: numbers
    difficulty: easy
    prompt: Where?
    image: { src: ${src}, width: ${width}, height: 10, alt: A line }
    areas: [{ key: a, shape: rect, coords: [0, 0, 5, 5], correct: true }]
`
}

t.test('each thing that can be wrong is named with its file and its line', async (t) => {
  const cases: Record<string, readonly [Files, ReadonlyArray<string | RegExp>]> = {
    'a field that is missing': [
      changed(['course.yaml', 'slug: sample\n', '']),
      ['course.yaml:1: slug: is missing']
    ],
    'a field that is not known': [
      changed(['course.yaml', '    title: Final\n', '    title: Final\n    titel: Final\n']),
      ['course.yaml:18: modules/1/titel: is not known here; known are activities, key, summary, title']
    ],
    'a value of the wrong sort': [
      changed(['course.yaml', 'validMonths: 24', 'validMonths: soon']),
      ['course.yaml:8: certificate/validMonths: must be a whole number']
    ],
    'an activity that is neither lesson nor quiz': [
      changed(['course.yaml', '- lesson: the-first-hour', '- video: the-first-hour']),
      ["course.yaml:14: modules/0/activities/0: must have 'lesson' or 'quiz'"]
    ],
    'a way out of the folder': [
      changed(['course.yaml', '- lesson: the-first-hour', '- lesson: ../../../etc/passwd']),
      ['course.yaml:14: modules/0/activities/0/lesson: must be a key: lower-case words joined by hyphens, such as `money-mule`']
    ],
    'a lesson that does not exist, and the one that nothing leads to': [
      changed(['course.yaml', '- lesson: the-first-hour', '- lesson: the-second-hour']),
      [
        'course.yaml:14: modules/0/activities/0/lesson: there is no lessons/the-second-hour.en.md',
        'lessons/the-first-hour.ar.md:1: no module of course.yaml has this lesson',
        'lessons/the-first-hour.en.md:1: no module of course.yaml has this lesson'
      ]
    ],
    'a quiz that does not exist, and the one that nothing leads to': [
      changed(['course.yaml', '- quiz: exam', '- quiz: exams']),
      ["course.yaml:19: modules/1/activities/0/quiz: there is no quiz 'exams'", "course.yaml:33: quizzes/1/key: no module has the quiz 'exam'"]
    ],
    'keys used twice': [
      changed(['course.yaml', '- key: final', '- key: first-hour'], ['course.yaml', '- quiz: exam', '- quiz: practice'], ['course.yaml', '- key: exam', '- key: practice']),
      [
        "course.yaml:16: modules/1/key: 'first-hour' is used twice",
        "course.yaml:19: modules/1/activities/0/quiz: 'practice' is used twice; an activity stands once in a course",
        "course.yaml:33: quizzes/1/key: 'practice' is used twice"
      ]
    ],
    'a lesson and a quiz of one key': [
      changed(['course.yaml', '- quiz: practice', '- quiz: the-first-hour'], ['course.yaml', '- key: practice', '- key: the-first-hour']),
      ["course.yaml:15: modules/0/activities/1/quiz: 'the-first-hour' is used twice; an activity stands once in a course"]
    ],
    'a quiz that is wrong': [
      changed(['course.yaml', 'behaviour: immediate', 'behaviour: instant'], ['course.yaml', 'passPercent: 70', 'passPercent: 170']),
      [
        "course.yaml:27: quizzes/0/behaviour: must be 'deferred' or 'immediate'",
        'course.yaml:36: quizzes/1/passPercent: must be 100 or less'
      ]
    ],
    'draws and names that the banks cannot meet': [
      changed(['course.yaml', 'difficulty: easy, count: 2', 'difficulty: easy, count: 5'], ['course.yaml', '[one, two]', '[one, seven]']),
      [
        "course.yaml:31: quizzes/0/sections/0/draw/0: asks for 5 easy of topic 'first-hour', but only 3 are left for it",
        "course.yaml:41: quizzes/1/sections/0/questions/1: there is no question 'seven'"
      ]
    ],
    'YAML that is none': [
      changed(['course.yaml', 'title: Final\n', 'title: Final: exam\n']),
      ['course.yaml:17: is not proper YAML: Nested mappings are not allowed in compact mappings']
    ],
    'a quotation mark that nothing closes': [
      changed(['banks/numbers.yaml', 'What is the word?', '"What is the word?'], ['banks/numbers.yaml', '"smurf"', 'smurf'], ['banks/numbers.yaml', '"Close: a smurf splits deposits."', 'Close']),
      ['banks/numbers.yaml:14: is not proper YAML: Missing closing "quote']
    ],
    'a key twice in a map': [
      changed(['course.yaml', 'language: en\n', 'language: en\nlanguage: ar\n']),
      ['course.yaml:3: is not proper YAML: Map keys must be unique']
    ],
    'a tag that would make an object': [
      changed(['course.yaml', 'language: en', 'language: !!js/function en']),
      ['course.yaml:2: is not proper YAML: Unresolved tag: tag:yaml.org,2002:js/function']
    ],
    'questions that are wrong, whose draws are then not held against them': [
      changed(
        ['banks/first-hour.yaml', 'kind: choice', 'kind: choose'],
        ['banks/first-hour.yaml', 'correct: false', 'correct: maybe'],
        ['banks/first-hour.yaml', '{ key: b, text: "null" }', '{ key: a, text: "null" }'],
        ['banks/first-hour.yaml', 'choice: finds', 'choice: hides']
      ),
      [
        /^banks\/first-hour\.yaml:4: questions\/0\/kind: must be one of choice, true-false, .*description$/,
        'banks/first-hour.yaml:16: questions/1/correct: must be true or false',
        "banks/first-hour.yaml:30: questions/2/items/1/key: 'a' is used twice",
        /^banks\/first-hour\.yaml:37: questions\/3\/stems\/0\/choice: /
      ]
    ],
    'a question key used in two banks': [
      changed(['banks/numbers.yaml', 'key: six', 'key: one']),
      ["banks/numbers.yaml:10: questions/1/key: 'one' is the key of another question (banks/first-hour.yaml, line 3)"]
    ],
    'a stimulus that is not there': [
      changed(['banks/first-hour.yaml', 'key: two\n', 'key: two\n    stimulus: call-log\n']),
      ["banks/first-hour.yaml:12: questions/1/stimulus: there is no question 'call-log' in this bank"]
    ],
    'a bank without questions, without a title, or of something else': [
      { ...sampleCourse(), banks: { 'a.yaml': 'title: A\nquestions: []\n', 'b.yaml': '\nquestions:\n  - x\n', 'c.yaml': '', 'd.yaml': '- 1\n' } },
      [
        'banks/a.yaml:2: questions: must hold at least 1; it holds 0',
        'banks/b.yaml:2: title: is missing',
        'banks/b.yaml:3: questions/0: must be a map',
        'banks/c.yaml:1: must be a map',
        'banks/d.yaml:1: must be a map'
      ]
    ],
    'a lesson that is wrong': [
      changed(['lessons/the-first-hour.en.md', 'Call the bank.', 'Call the <b>bank</b>.'], ['lessons/the-first-hour.ar.md', 'title: ', 'name: ']),
      [
        'lessons/the-first-hour.ar.md:2: title: is missing',
        'lessons/the-first-hour.ar.md:2: name: is not known here; known are title',
        /^lessons\/the-first-hour\.en\.md:5: raw HTML \(<b>\)/,
        /^lessons\/the-first-hour\.en\.md:5: raw HTML \(<\/b>\)/
      ]
    ],
    'no course.yaml': [
      { lessons: {} },
      ['course.yaml:1: is missing']
    ],
    'files that do not belong': [
      { ...sampleCourse(), 'course.yml': 'x', banks: { ...sampleCourse().banks, 'Two.yaml': 'x', more: {} }, lessons: { ...sampleCourse().lessons, 'the-first-hour.md': 'x' } },
      [
        'banks/Two.yaml:1: does not belong here; banks/ holds files named <name>.yaml',
        'banks/more:1: does not belong here; banks/ holds files named <name>.yaml',
        'course.yml:1: does not belong in a course; known are course.yaml, lessons/, banks/, images/ and files/',
        'lessons/the-first-hour.md:1: does not belong here; lessons/ holds files named <key>.<language>.md'
      ]
    ],
    'pictures': [
      {
        ...sampleCourse(),
        images: { 'a.png': 'no picture', 'b.svg': '<svg/>', 'c.png': Buffer.concat([PNG, Buffer.alloc(10)]) },
        banks: { ...sampleCourse().banks, 'three.yaml': `title: Three\nquestions:\n${pictureQuestion('pic-a', 'images/a.png', 20)}${pictureQuestion('pic-b', 'images/d.png', 20)}${pictureQuestion('pic-c', 'images/c.png', 21)}${pictureQuestion('pic-d', 'images/c.png', 20)}` }
      },
      [
        "banks/three.yaml:15: questions/1/image/src: there is no picture 'images/d.png' in the course; its pictures are in images/",
        "banks/three.yaml:22: questions/2/image/width: 'images/c.png' is 20 by 10 pixels",
        'images/a.png:1: is no PNG, JPEG, GIF or WebP picture',
        'images/b.svg:1: does not belong here; images/ holds files named <name>.png, .jpg, .gif or .webp'
      ]
    ]
  }
  const root = t.testdir(Object.fromEntries(Object.values(cases).map(([files], index) => [String(index), files])))
  for (const [index, [name, [, expected]]] of Object.entries(cases).entries()) {
    const found = await problemLines(join(root, String(index)))
    t.match(found, expected, name)
    t.equal(found.length, expected.length, `${name}: nothing else`)
  }
})

t.test('each question that the guide for authors shows is one', async (t) => {
  const guide = readFileSync(join(import.meta.dirname, '../../docs/authoring.md'), 'utf8')
  const examples = [...guide.matchAll(/^```yaml\n(kind: [\s\S]*?)^```/gm)].map(([, yaml = '']) => yaml)
  t.ok(examples.length >= 14)
  for (const yaml of examples) {
    const parsed = parseLocatedYaml(yaml)
    const checked = 'problems' in parsed ? parsed : checkQuestion({ key: 'one', topic: 'guide', difficulty: 'easy', ...parsed.value as object })
    t.same('problems' in checked ? checked.problems : [], [], yaml.slice(0, yaml.indexOf('\n')))
  }
})

t.test('other encodings, files too large and links to elsewhere are refused', async (t) => {
  const { lessons, banks: _banks, ...rest } = sampleCourse()
  const lesson = lessons['the-first-hour.en.md']
  const folder = t.testdir({ ...rest, lessons: { 'the-first-hour.en.md': lesson, 'b.en.md': '', 'c.en.md': '' }, banks: {}, secret: 'x' })
  const at = (name: string): string => join(folder, name)
  writeFileSync(at('lessons/b.en.md'), Buffer.from('---\ntitle: Caf\xe9\n---\n', 'latin1'))
  writeFileSync(at('lessons/c.en.md'), Buffer.from(lesson, 'utf16le'))
  writeFileSync(at('lessons/d.en.md'), Buffer.from(`\uFEFF${lesson}`, 'utf16le'))
  writeFileSync(at('lessons/e.en.md'), 'x'.repeat(600 * 1024))
  symlinkSync(at('secret'), at('banks/first-hour.yaml'))
  symlinkSync('/etc', at('etc'))
  const found = await problemLines(folder)
  for (const expected of [
    'banks/first-hour.yaml:1: is a symbolic link; a course holds its own files',
    'etc:1: is a symbolic link; a course holds its own files',
    'lessons/b.en.md:2: is not UTF-8; save it in that encoding',
    'lessons/c.en.md:1: holds a control character; save it as plain UTF-8 text',
    'lessons/d.en.md:1: is not UTF-8; save it in that encoding',
    'lessons/e.en.md:1: is larger than 512 KiB'
  ]) t.ok(found.includes(expected), expected)
})

t.test('YAML that would eat the memory or the stack is refused', async (t) => {
  const bomb = ['a: &a [x, x, x, x, x, x, x, x, x, x]', ...'bcdefgh'.split('').map((name, index) => `${name}: &${name} [${Array(10).fill(`*${'abcdefgh'[index]}`).join(', ')}]`)].join('\n')
  for (const text of [bomb, `${'['.repeat(100_000)}`, 'a: *nothing']) {
    t.ok('problems' in parseLocatedYaml(text), text.slice(0, 20))
  }
})

t.test('a folder of courses is read course by course, its schemas passed over', async (t) => {
  const folder = t.testdir({
    schema: { 'course.schema.json': '{}' },
    one: sampleCourse(),
    two: sampleCourse(),
    three: { 'course.yaml': 'slug: three\n' },
    bare: {},
    empty: {}
  })
  const { courses, problems } = await readCourses(folder)
  t.equal(courses.length, 2)
  const lines = problems.map(fileProblemLine)
  t.ok(lines.includes("two/course.yaml:1: slug: 'sample' is the slug of one/course.yaml as well"))
  t.ok(lines.includes('three/course.yaml:1: language: is missing'))
  t.ok(lines.includes('bare/course.yaml:1: is missing'))
  t.same((await readCourses(join(folder, 'one'))).courses.map(({ slug }) => slug), ['sample'], 'one course by itself')
  t.same((await readCourses(join(folder, 'schema'))).problems.map(fileProblemLine), ['.:1: holds no course; a course is a folder with a course.yaml'])
})
