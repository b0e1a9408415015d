import fc from 'fast-check'
import t from 'tap'
import Type from 'typebox'
import { Compile } from 'typebox/compile'
import { behaviours } from '../../server/quiz/behaviours.ts'
import { checkDraw, checkQuestion, checkQuiz, quizSchema } from '../../server/quiz/definition.ts'
import { explain } from '../../server/quiz/explain.ts'
import { kinds, questionSchema } from '../../server/quiz/kinds/index.ts'
import { problemLine } from '../../server/quiz/problem.ts'
import { textIn } from '../../server/quiz/text.ts'

const question = {
  key: 'sn-001',
  kind: 'choice',
  topic: 'scam-networks',
  difficulty: 'easy',
  prompt: { en: 'What comes first?', ar: 'ما الخطوة الأولى؟' },
  choices: [{ key: 'a', text: 'Open a case file' }, { key: 'b', text: 'Ask the bank to recall the payment', correct: true }]
}
const quiz = {
  key: 'final-exam',
  title: 'Final exam',
  behaviour: 'deferred',
  passPercent: 70,
  attempts: 3,
  limitMinutes: 60,
  sections: [
    { title: 'Scam networks', draw: [{ topic: 'scam-networks', difficulty: 'easy', count: 2 }, { topic: 'scam-networks', count: 1 }] },
    { questions: ['sn-001', 'sn-014'] }
  ],
  review: { rightAnswer: false, feedback: false }
}

function linesOf (checked: object): string[] {
  return 'problems' in checked && Array.isArray(checked.problems) ? checked.problems.map(problemLine) : []
}

t.test('a question and a quiz that meet their schema are returned as they were given', async t => {
  t.strictSame(checkQuestion(question), { question })
  t.strictSame(checkQuiz(quiz), { quiz })
  for (const kind of Object.values(kinds)) {
    for (const { definition } of kind.samples) t.strictSame(checkQuestion(definition), { question: definition })
  }
  const full = { ...question, choices: Array.from({ length: 50 }, (_, index) => ({ key: `c${index}`, text: 'C', correct: index === 7 })) }
  t.strictSame(checkQuestion(full), { question: full })
})

t.test('what is wrong with a question is said at its place, all at once', async t => {
  const cases: [unknown, string[]][] = [
    [null, ['must be a map']],
    ['question', ['must be a map']],
    [[], ['must be a map']],
    [{}, [`kind: is missing; known are ${Object.keys(kinds).join(', ')}`]],
    [{ ...question, kind: 'riddle' }, [`kind: must be one of ${Object.keys(kinds).join(', ')}`]],
    [{ ...question, kind: Object.create(null) }, [`kind: must be one of ${Object.keys(kinds).join(', ')}`]],
    [{ ...question, key: 'SN 1' }, ['key: must be a key: lower-case words joined by hyphens, such as `money-mule`']],
    [{ ...question, difficulty: 'extreme', mark: 0, shuffle: 'no' }, [
      "difficulty: must be 'easy' or 'medium' or 'hard'", 'mark: must be more than 0', 'shuffle: must be true or false'
    ]],
    [{ ...question, mark: 1001, prompt: ' ', feedback: { en: '', EN: 'x' } }, [
      'mark: must be 1000 or less', 'prompt: must not be empty', 'feedback/en: must not be empty', 'feedback/EN: is not a language, such as `en` or `ar`'
    ]],
    [{ ...question, prompt: {}, source: 7, maxChoices: 1.5 }, [
      'prompt: must not be empty', 'source: must be text or a map', 'maxChoices: must be a whole number'
    ]],
    [{ ...question, choices: [{ key: 'a', text: 'A', corect: true }] }, [
      'choices: must hold at least 2; it holds 1', 'choices/0/corect: is not known here; known are correct, feedback, fraction, key, text'
    ]],
    [{ ...question, choices: 'a, b', key: 'k'.repeat(65) }, ['key: must not be longer than 64 characters', 'choices: must be a list']],
    [{ ...question, choices: [...question.choices, { key: 'b', text: 'C', fraction: 2 }] }, ['choices/2/fraction: must be 1 or less']],
    [{ ...question, choices: [...question.choices, { key: 'b', text: 'C' }] }, ["choices/2/key: 'b' is used twice"]],
    [{ ...question, choices: Array.from({ length: 51 }, (_, i) => ({ key: `c${i}`, text: 'C' })) }, ['choices: must hold at most 50; it holds 51']],
    [{ key: 'n', kind: 'numeric', topic: 't', difficulty: 'hard', prompt: 'How many?', value: NaN, tolerance: -1 }, [
      'value: must be a number', 'tolerance: must be 0 or more'
    ]],
    [{ kind: 'true-false' }, ['key: is missing', 'topic: is missing', 'difficulty: is missing', 'prompt: is missing', 'correct: is missing']]
  ]
  for (const [value, lines] of cases) t.strictSame(linesOf(checkQuestion(value)).toSorted(), lines.toSorted(), lines.join('; '))
})

t.test('what is wrong with a quiz is said at its place', async t => {
  const known = Object.keys(behaviours).map(name => `'${name}'`).join(' or ')
  const cases: [unknown, string[]][] = [
    [7, ['must be a map']],
    [{ ...quiz, behaviour: 'socratic', passPercent: '70' }, [`behaviour: must be ${known}`, 'passPercent: must be a number']],
    [{ ...quiz, passPercent: 101, attempts: 0, limitMinutes: 0, questionsPerPage: 0 }, [
      'passPercent: must be 100 or less', 'attempts: must be 1 or more', 'limitMinutes: must be more than 0', 'questionsPerPage: must be 1 or more'
    ]],
    [{ ...quiz, sections: [] }, ['sections: must hold at least 1; it holds 0']],
    [{ ...quiz, sections: [{}, { draw: [], questions: ['a'] }, 'all'] }, [
      "sections/0: must have 'draw' or 'questions'", "sections/1: must have 'draw' or 'questions', not both", 'sections/2: must be a map'
    ]],
    [{ ...quiz, sections: [{ draw: [{ topic: 't', count: 0, from: 'bank' }] }, { questions: ['A'] }] }, [
      'sections/0/draw/0/count: must be 1 or more',
      'sections/0/draw/0/from: is not known here; known are count, difficulty, language, topic',
      'sections/1/questions/0: must be a key: lower-case words joined by hyphens, such as `money-mule`'
    ]],
    [{ ...quiz, review: { answers: true } }, ['review/answers: is not known here; known are afterClose, answer, correctness, during, feedback, later, mark, rightAfter, rightAnswer']],
    [{ ...quiz, review: { mark: false, during: { hint: true } } }, ['review/during/hint: is not known here; known are answer, correctness, feedback, mark, rightAnswer']],
    [{ ...quiz, certainty: {} }, ['certainty: is asked for only with behaviour deferred-certainty or immediate-certainty']],
    [{ ...quiz, behaviour: 'deferred-certainty', certainty: { right: [2, 1, 0], wrong: [-1, 0, 0] } }, [
      'certainty/right: must end with more than 0: the surest right answer earns the full mark',
      'certainty/right: must not fall: a surer right answer cannot earn less',
      'certainty/wrong: must not rise: a surer wrong answer cannot earn more'
    ]],
    [{ ...quiz, behaviour: 'deferred-certainty', certainty: { right: [1], wrong: [1, 0, 0] } }, [
      'certainty/right: must hold at least 3; it holds 1', 'certainty/wrong/0: must be 0 or less'
    ]],
    [{ ...quiz, overdue: 'grace' }, ['graceSeconds: is missing: say how long the grace lasts']],
    [{ ...quiz, graceSeconds: 60 }, ['graceSeconds: means something only with `overdue: grace`']],
    [{ ...quiz, gradeOf: 'average', sections: [{ questions: ['a'], minPercent: 50 }] }, [
      'gradeOf: cannot be average where a section has a minimum: which attempt would have to reach it?'
    ]]
  ]
  for (const more of [
    { behaviour: 'immediate-certainty', certainty: { right: [1, 1, 2], wrong: [0, -1, -1] } }, { overdue: 'grace', graceSeconds: 60 }, { gradeOf: 'average', floor: false }
  ]) t.strictSame(checkQuiz({ ...quiz, ...more }), { quiz: { ...quiz, ...more } })
  for (const [value, lines] of cases) t.strictSame(linesOf(checkQuiz(value)).toSorted(), lines.toSorted(), lines.join('; '))
})

t.test('problems are found exactly where the schema library refuses', async t => {
  const json = fc.oneof(
    fc.constantFrom<unknown>(null, true, '', ' ', 'a', 'b', 'A B', 'easy', -2, 0, 0.5, 1, 3, 1e9, [], {}, ['a'], { en: 'x' }, { EN: 'x' }, { key: 'a', text: 'b' }),
    fc.string(), fc.double()
  )
  // Puts a value somewhere inside another, at a place picked by the numbers.
  function changed (value: unknown, places: readonly number[], put: unknown): unknown {
    if (typeof value !== 'object' || value === null || places.length === 0) return put
    const [place = 0, ...rest] = places
    const keys = [...Object.keys(value), 'new']
    const at = keys[place % keys.length] ?? 'new'
    const inner = changed(Object.entries(value).find(([key]) => key === at)?.[1], rest, put)
    return Array.isArray(value) ? [...value.filter((_, index) => String(index) !== at), inner] : { ...value, [at]: inner }
  }
  for (const [schema, values] of [
    ...Object.values(kinds).map(kind => [kind.definition, kind.samples.map(sample => sample.definition)] as const),
    [quizSchema, [quiz]] as const
  ]) {
    const validator = Compile(schema)
    const verdicts = new Set<boolean>()
    fc.assert(fc.property(fc.constantFrom<unknown>(...values), fc.array(fc.nat(12), { maxLength: 4 }), json, (value, places, put) => {
      const mutant = changed(value, places, put)
      verdicts.add(validator.Check(mutant))
      return validator.Check(mutant) === (explain(schema, mutant).length === 0)
    }), { numRuns: 400 })
    t.equal(verdicts.size, 2, 'some met the schema and some did not')
  }
})

t.test('the whole question schema takes every kind for editors to complete from', async t => {
  const validator = Compile(questionSchema)
  for (const kind of Object.values(kinds)) for (const { definition } of kind.samples) t.ok(validator.Check(definition))
  t.notOk(validator.Check({ ...question, kind: 'cloze' }))
})

t.test('explaining reads plain schemas of its own', async t => {
  t.strictSame(explain(Type.Array(Type.Integer()), [1, 2]), [])
  t.strictSame(explain(Type.Literal(3), 4), [{ path: '', message: "must be '3'" }])
  t.strictSame(explain(Type.Array(Type.Unknown()), [1, 'a', { any: 'thing' }]), [])
  t.strictSame(explain(Type.Unsafe({ type: 'array' }), [1]), [])
  t.strictSame(explain(Type.Number(), Infinity), [{ path: '', message: 'must be a number' }])
  t.strictSame(explain(Type.String({ maxLength: 2 }), '😀😀'), [], 'length is counted in characters')
})

t.test('a text is read in the nearest language it exists in', async t => {
  const text = { fr: 'Compte', en: 'Account', 'zh-Hans': '账户', ar: 'حساب' }
  t.equal(textIn('Account', 'ar'), 'Account')
  t.equal(textIn(text, 'ar'), 'حساب')
  t.equal(textIn(text, 'ar-EG'), 'حساب')
  t.equal(textIn(text, 'zh-Hans'), '账户')
  t.equal(textIn(text, 'ru', 'en-GB'), 'Account')
  t.equal(textIn(text, 'ru', 'es'), 'Compte')
  t.equal(textIn(text, 'constructor'), 'Compte')
  t.equal(textIn({}, 'en'), '')
})

const bank = (counts: Readonly<Record<string, number>>): { key: string, topic: string, difficulty: 'easy' | 'medium' | 'hard' }[] =>
  Object.entries(counts).flatMap(([name, count]) => Array.from({ length: count }, (_, index) => {
    const [topic = '', level] = name.split('/')
    const difficulty = level === 'easy' || level === 'medium' ? level : 'hard'
    return { key: `${topic}-${difficulty}-${index}`, topic, difficulty }
  }))

t.test('a bank that cannot meet a quiz is a problem before exam day', async t => {
  const draws = (...draw: { topic: string, difficulty?: 'easy' | 'medium' | 'hard', count: number }[]) => ({ sections: [{ draw }] })
  const lines = (quiz: Parameters<typeof checkDraw>[0], counts: Readonly<Record<string, number>>): string[] => checkDraw(quiz, bank(counts)).map(problemLine)
  t.strictSame(lines(draws({ topic: 't', count: 3 }, { topic: 't', difficulty: 'easy', count: 2 }), { 't/easy': 2, 't/medium': 2, 't/hard': 1 }), [],
    'a draw of any difficulty leaves the stricter one its questions')
  t.strictSame(lines(draws({ topic: 't', count: 3 }, { topic: 't', difficulty: 'easy', count: 2 }), { 't/easy': 2, 't/hard': 2 }), [
    "sections/0/draw/0: asks for 3 of topic 't', but only 2 are left for it"
  ])
  t.strictSame(lines(draws({ topic: 't', difficulty: 'easy', count: 3 }), { 't/easy': 1, 't/hard': 9 }), [
    "sections/0/draw/0: asks for 3 easy of topic 't', but only 1 is left for it"
  ])
  t.strictSame(lines(draws({ topic: 'u', count: 1 }), { 't/easy': 1 }), ["sections/0/draw/0: asks for 1 of topic 'u', but none is left for it"])
  t.strictSame(lines({ sections: [{ draw: [{ topic: 't', count: 2 }] }, { questions: ['t-easy-0'] }] }, { 't/easy': 2 }), [
    "sections/0/draw/0: asks for 2 of topic 't', but only 1 is left for it"
  ], 'a named question is out of the draws')
  t.strictSame(lines({ sections: [{ questions: ['gone', 't-easy-0'] }, { questions: ['t-easy-0'] }] }, { 't/easy': 1 }), [
    "sections/0/questions/0: there is no question 'gone'",
    "sections/1/questions/0: 't-easy-0' is asked twice"
  ])
})

t.test('draws may ask for a language; a plain text is of the first one', async t => {
  const inBank = [{ key: 'a', prompt: 'Which?' }, { key: 'b', prompt: { en: 'Which?', ar: 'أي؟' } }, { key: 'c', prompt: { ar: 'أي؟' } }, { key: 'd' }]
    .map(question => ({ ...question, topic: 't', difficulty: 'easy' as const }))
  const lines = (firstLanguage: string | undefined, ...draw: { language?: string, count: number }[]): string[] =>
    checkDraw({ sections: [{ draw: draw.map(row => ({ ...row, topic: 't' })) }] }, inBank, firstLanguage).map(problemLine)
  t.strictSame(lines('en', { language: 'en', count: 2 }, { language: 'ar-EG', count: 1 }, { count: 1 }), [])
  t.strictSame(lines(undefined, { language: 'en', count: 2 }), ["sections/0/draw/0: asks for 2 of topic 't' in 'en', but only 1 is left for it"])
  t.strictSame(lines('en', { language: 'en', count: 2 }, { language: 'ar', count: 2 }), ["sections/0/draw/1: asks for 2 of topic 't' in 'ar', but only 1 is left for it"])
  t.strictSame(lines('en', { count: 5 }), ["sections/0/draw/0: asks for 5 of topic 't', but only 4 are left for it"])
})
