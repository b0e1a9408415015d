/** A small course that has everything: two languages, both kinds of activity, both kinds of section, every kind of question.
 * As `t.testdir` takes it. */
export function sampleCourse () {
  return {
    'course.yaml': COURSE,
    lessons: {
      'the-first-hour.en.md': LESSON,
      'the-first-hour.ar.md': '---\ntitle: الساعة الأولى\n---\n\n## ما يجب فعله\n\nاطلب من المصرف استرداد المبلغ.\n'
    },
    banks: { 'first-hour.yaml': BANK_ONE, 'numbers.yaml': BANK_TWO }
  }
}

const COURSE = `slug: sample
language: en
title: { en: Sample course, ar: دورة نموذجية }
summary: >-
  What an officer
  will be able to do.
certificate:
  validMonths: 24
modules:
  - key: first-hour
    title: The first hour
    summary: "One sentence: with a colon."
    activities:
      - lesson: the-first-hour
      - quiz: practice
  - key: final
    title: Final
    activities:
      - quiz: exam
quizzes:
  - key: practice
    title: Practice
    intro: |
      Some **words** first.

      - and a list
    behaviour: immediate
    passPercent: 60
    sections:
      - draw:
          - { topic: first-hour, difficulty: easy, count: 2 }
          - { topic: first-hour, count: 1 }
  - key: exam
    title: Exam
    behaviour: deferred
    passPercent: 70
    attempts: 3
    limitMinutes: 45
    sections:
      - title: By name
        questions: [one, two]
      - draw:
          - { topic: numbers, count: 2 }
    review: { rightAnswer: false }
`

const LESSON = `---
title: "The first hour: what counts"
---

Call the bank. See <https://www.interpol.int/>.

## What to do

| Step | Minutes |
| --- | ---: |
| Recall | 5 |
| Freeze | 10 |

1. Ask.
2. Write it down.
`

const BANK_ONE = `title: The first hour
questions:
  - key: one
    kind: choice
    topic: first-hour
    difficulty: easy
    prompt: What comes first?
    choices:
      - { key: a, text: "yes", correct: true }
      - { key: b, text: "# not a comment", feedback: "no: 3" }
  - key: two
    kind: true-false
    topic: first-hour
    difficulty: easy
    prompt: { en: A payment can never be recalled., ar: لا يمكن استرداد أي دفعة أبدا. }
    correct: false
    feedback: |
      It can.

        An indented line, and trailing blank lines.


  - key: three
    kind: order
    topic: first-hour
    difficulty: hard
    prompt: Put in order.
    items:
      - { key: a, text: "- a dash" }
      - { key: b, text: "null" }
  - key: four
    kind: match
    topic: first-hour
    difficulty: easy
    prompt: Match.
    stems:
      - { key: recruiter, text: Recruiter, choice: finds }
      - { key: mule, text: Mule, choice: moves }
    choices:
      - { key: finds, text: Finds people }
      - { key: moves, text: Moves money }
`

const BANK_TWO = `title: { en: Numbers, ar: أرقام }
questions:
  - key: five
    kind: numeric
    topic: numbers
    difficulty: medium
    prompt: How many hours?
    value: 72
    unit: hours
  - key: six
    kind: short-text
    topic: numbers
    difficulty: medium
    prompt: What is the word?
    accept:
      - money mule
      - { text: "smurf", fraction: 0.5, feedback: "Close: a smurf splits deposits." }
`
