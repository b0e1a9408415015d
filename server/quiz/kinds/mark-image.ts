import Type, { type Static } from 'typebox'
import {
  areaFeedback, areaProblems, areas, gradeHits, hitsOf, pointScoring, pointsAnswer, pointsControl, pointsIn, pointsSummary, readPoints,
  rightAreas, worthOf, type PointsAnswer
} from '../areas.ts'
import { image } from '../image.ts'
import { gradeBy, type Kind } from '../kind.ts'
import { rightOrWrong } from '../parts.ts'
import { questionPart } from '../question.ts'

const definition = Type.Object({
  ...questionPart,
  kind: Type.Literal('mark-image'),
  image,
  areas,
  maxPoints: Type.Optional(Type.Integer({ minimum: 0, maximum: 100, default: 0, description: 'How many points may be set; no limit when left out' })),
  scoring: pointScoring,
  wrongPenalty: Type.Optional(Type.Number({
    minimum: 0, maximum: 1, description: 'Fraction of the whole that each wrong point takes away; when left out, each counts as a place that was missed'
  }))
}, { additionalProperties: false, title: 'Mark all places on a picture' })

export type MarkImageDefinition = Static<typeof definition>
export type MarkImageAnswer = PointsAnswer

/** All places of something on a picture: every right area wants exactly one point. A point counts for one area, so that where
 * areas overlap most is earned; a second point in one area is as wrong as one in none.
 *
 * With N right areas, n of them met and p points set, it earns n ÷ max(N, p), the rule of Moodle's drag and drop markers
 * (`qtype_ddmarker`). With `wrongPenalty` it earns n/N less that fraction for each wrong point, never below 0. Where areas
 * carry their own `fraction`, they weigh by it. `all-or-nothing`: 1 when every area is met and no point is wrong, else 0. */
export const markImage: Kind<MarkImageDefinition, MarkImageAnswer> = {
  name: 'mark-image',
  definition,
  answer: pointsAnswer,

  problems (definition) {
    const right = rightAreas(definition).length
    const limit = maxPoints(definition)
    return [
      ...areaProblems(definition, bestOf(definition)),
      ...limit > 0 && limit < right ? [{ path: 'maxPoints', message: `${right} areas want a point, but only ${limit} can be set` }] : []
    ]
  },

  shuffled () {
    return []
  },

  controls (definition) {
    return pointsControl(definition, maxPoints(definition))
  },

  read (definition, answer) {
    return readPoints(definition, answer, maxPoints(definition))
  },

  grade (definition, answer) {
    const reading = markImage.read(definition, answer)
    if (reading !== 'answered') return gradeBy(reading, () => 0)
    const hits = hitsOf(definition, answer.points)
    const right = rightAreas(definition)
    const best = bestOf(definition)
    const earned = right.reduce((sum, area, index) => hits.right[index] === true ? sum + worthOf(area) : sum, 0) / best
    const wrong = hits.outside + hits.surplus
    const lost = wrong === 0 || definition.scoring === 'all-or-nothing'
      ? wrong
      : definition.wrongPenalty === undefined
        ? earned * (1 - right.length / Math.max(right.length, answer.points.length))
        : wrong * definition.wrongPenalty
    return {
      ...gradeHits(definition, hits, best, lost),
      parts: right.map((area, index) => ({ key: area.key, ...rightOrWrong(hits.right[index] === true) }))
    }
  },

  rightAnswer (definition) {
    return pointsIn(rightAreas(definition), definition.image)
  },

  feedback (definition, answer) {
    return areaFeedback(definition, answer)
  },

  summary (definition, answer, language) {
    return pointsSummary(definition, answer, language)
  },

  samples: [
    ...([undefined, 0.25, 0] as const).map(wrongPenalty => ({
      definition: {
        key: 'cameras',
        kind: 'mark-image' as const,
        topic: 'telecom-fraud',
        difficulty: 'medium' as const,
        prompt: 'Mark the three cameras.',
        image: { src: 'images/street.png', width: 640, height: 480, alt: 'A street with cameras' },
        areas: [
          { key: 'left', shape: 'circle' as const, coords: [100, 100, 20], correct: true },
          { key: 'middle', shape: 'circle' as const, coords: [130, 100, 20], correct: true, feedback: 'It films the door.' },
          { key: 'right', shape: 'polygon' as const, coords: [500, 80, 540, 80, 540, 120, 500, 120, 500, 80], correct: true },
          { key: 'lamp', shape: 'rect' as const, coords: [300, 0, 320, 200], feedback: 'This is a street lamp.' }
        ],
        ...wrongPenalty !== undefined && { wrongPenalty }
      },
      cases: [
        { answer: { points: [{ x: 115, y: 100 }, { x: 100, y: 100 }, { x: 540, y: 120 }] }, state: 'right' as const, fraction: 1 },
        { answer: { points: [{ x: 115, y: 100 }, { x: 116, y: 100 }, { x: 520, y: 100 }] }, state: 'right' as const, fraction: 1 },
        { answer: { points: [{ x: 130, y: 100 }] }, state: 'partly-right' as const, fraction: 1 / 3 },
        {
          answer: { points: [{ x: 100, y: 100 }, { x: 140, y: 100 }, { x: 520, y: 100 }, { x: 310, y: 100 }] },
          ...wrongPenalty === 0
            ? { state: 'right' as const, fraction: 1 }
            : { state: 'partly-right' as const, fraction: 0.75 }
        },
        {
          answer: { points: [{ x: 90, y: 100 }, { x: 91, y: 100 }] },
          state: 'partly-right' as const,
          fraction: wrongPenalty === 0.25 ? 1 / 3 - 0.25 : 1 / 3
        },
        { answer: { points: [{ x: 310, y: 100 }] }, state: 'wrong' as const, fraction: 0 },
        { answer: { points: [] }, state: 'not-answered' as const, fraction: 0 },
        { answer: { points: [{ x: 641, y: 100 }] }, state: 'unreadable' as const, fraction: 0 }
      ]
    })),
    {
      definition: {
        key: 'weighed',
        kind: 'mark-image',
        topic: 'telecom-fraud',
        difficulty: 'hard',
        prompt: 'Mark the exits.',
        maxPoints: 3,
        scoring: 'all-or-nothing',
        image: { src: 'images/plan.png', width: 100, height: 100, alt: 'The plan of a house' },
        areas: [
          { key: 'hatch', shape: 'rect', coords: [0, 0, 10, 10], fraction: 0.3, label: 'Hatch' },
          { key: 'door', shape: 'rect', coords: [50, 50, 60, 60], fraction: 0.7, label: 'Door' },
          { key: 'wall', shape: 'rect', coords: [80, 80, 90, 90], label: 'Wall' }
        ]
      },
      cases: [
        { answer: { points: [{ x: 0, y: 0 }, { x: 55, y: 55 }] }, state: 'right', fraction: 1 },
        { answer: { points: [{ x: 55, y: 55 }] }, state: 'wrong', fraction: 0 },
        { answer: { points: [{ x: 0, y: 0 }, { x: 55, y: 55 }, { x: 85, y: 85 }] }, state: 'wrong', fraction: 0 },
        { answer: { points: [{ x: 0, y: 0 }, { x: 1, y: 1 }, { x: 2, y: 2 }, { x: 3, y: 3 }] }, state: 'unreadable', fraction: 0 }
      ]
    }
  ]
}

function maxPoints (definition: MarkImageDefinition): number {
  return definition.maxPoints ?? 0
}

function bestOf (definition: MarkImageDefinition): number {
  return rightAreas(definition).reduce((sum, area) => sum + worthOf(area), 0)
}
