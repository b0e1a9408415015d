import Type, { type Static } from 'typebox'
import {
  areaFeedback, areaProblems, areas, gradeHits, hasFractions, hitsOf, pointScoring, pointsAnswer, pointsControl, pointsIn, pointsSummary,
  readPoints, rightAreas, worthOf, type PointsAnswer
} from '../areas.ts'
import { image } from '../image.ts'
import { gradeBy, type Kind } from '../kind.ts'
import { questionPart } from '../question.ts'

const definition = Type.Object({
  ...questionPart,
  kind: Type.Literal('hotspot'),
  image,
  areas,
  maxPoints: Type.Optional(Type.Integer({ minimum: 0, maximum: 100, default: 1, description: '1: one point; more: up to this many; 0: no limit' })),
  scoring: pointScoring
}, { additionalProperties: false, title: 'A place on a picture' })

export type HotspotDefinition = Static<typeof definition>
export type HotspotAnswer = PointsAnswer

/** Places on a picture: one (`maxPoints` 1, the default), up to a number of them, or as many as wished (0). As in QTI 3.0
 * (`mapResponsePoint`), an area counts once however many points lie in it, and its edge belongs to it; a point counts for one
 * area, so that where areas overlap most is earned.
 *
 * With N right areas to be met (all of them, or `maxPoints` if that is less), n met and w points in no right area, it earns
 * (n − w)/N, never below 0; with `all-or-nothing`, 1 or 0. Where areas carry their own `fraction`, it earns the sum of those
 * met, and points in no area cost nothing, as QTI's `areaMapping` with a default of 0.
 *
 * When every area has a label, they are shown to the trainee as things to choose from (QTI `hotspotInteraction`); otherwise
 * the picture is bare (QTI `selectPointInteraction`). */
export const hotspot: Kind<HotspotDefinition, HotspotAnswer> = {
  name: 'hotspot',
  definition,
  answer: pointsAnswer,

  problems (definition) {
    return areaProblems(definition, bestOf(definition))
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
    const reading = hotspot.read(definition, answer)
    if (reading !== 'answered') return gradeBy(reading, () => 0)
    const hits = hitsOf(definition, answer.points)
    const best = bestOf(definition)
    const wrong = new Set(hits.wrong)
    const lost = hasFractions(definition)
      ? definition.areas.reduce((sum, area) => wrong.has(area.key) ? sum - worthOf(area) : sum, 0)
      : hits.outside
    return gradeHits(definition, hits, best, lost / best)
  },

  rightAnswer (definition) {
    return pointsIn(wanted(definition), definition.image)
  },

  feedback (definition, answer) {
    return areaFeedback(definition, answer)
  },

  summary (definition, answer, language) {
    return pointsSummary(definition, answer, language)
  },

  samples: [
    {
      definition: {
        key: 'camera',
        kind: 'hotspot',
        topic: 'telecom-fraud',
        difficulty: 'easy',
        prompt: 'Where on the cash machine would a skimming camera be hidden?',
        image: { src: 'images/cash-machine.png', width: 400, height: 300, alt: { en: 'The front of a cash machine', ar: 'واجهة صراف آلي' } },
        areas: [
          { key: 'panel', shape: 'rect', coords: [100, 20, 300, 60], correct: true, feedback: 'It looks down on the keys.' },
          { key: 'keys', shape: 'polygon', coords: [120, 180, 280, 180, 300, 260, 100, 260], feedback: 'The keys are what it films.' }
        ]
      },
      cases: [
        { answer: { points: [{ x: 200, y: 40 }] }, state: 'right', fraction: 1 },
        { answer: { points: [{ x: 300, y: 60 }] }, state: 'right', fraction: 1 },
        { answer: { points: [{ x: 300.5, y: 60 }] }, state: 'wrong', fraction: 0 },
        { answer: { points: [{ x: 200, y: 200 }] }, state: 'wrong', fraction: 0 },
        { answer: { points: [] }, state: 'not-answered', fraction: 0 },
        { answer: { points: [{ x: 200, y: 40 }, { x: 210, y: 40 }] }, state: 'unreadable', fraction: 0 },
        { answer: { points: [{ x: 200, y: 301 }] }, state: 'unreadable', fraction: 0 },
        { answer: { points: [{ x: -1, y: 40 }] }, state: 'unreadable', fraction: 0 }
      ]
    },
    {
      definition: {
        key: 'exits',
        kind: 'hotspot',
        topic: 'telecom-fraud',
        difficulty: 'medium',
        prompt: 'Mark any two exits.',
        maxPoints: 2,
        image: { src: 'images/plan.png', width: 200, height: 100, alt: 'The plan of a house' },
        areas: [
          { key: 'front', shape: 'circle', coords: [20, 50, 10], correct: true, label: { en: 'Front door', ar: 'الباب الأمامي' } },
          { key: 'back', shape: 'ellipse', coords: [180, 50, 10, 20], correct: true, label: 'Back door' },
          { key: 'cellar', shape: 'rect', coords: [90, 80, 110, 100], correct: true, label: 'Cellar hatch' },
          { key: 'stairs', shape: 'rect', coords: [90, 10, 110, 30], label: 'Stairs', feedback: 'They lead up only.' }
        ]
      },
      cases: [
        { answer: { points: [{ x: 10, y: 50 }, { x: 180, y: 70 }] }, state: 'right', fraction: 1 },
        { answer: { points: [{ x: 100, y: 90 }, { x: 20, y: 50 }] }, state: 'right', fraction: 1 },
        { answer: { points: [{ x: 20, y: 50 }, { x: 21, y: 50 }] }, state: 'partly-right', fraction: 0.5 },
        { answer: { points: [{ x: 20, y: 50 }] }, state: 'partly-right', fraction: 0.5 },
        { answer: { points: [{ x: 20, y: 50 }, { x: 100, y: 20 }] }, state: 'wrong', fraction: 0 },
        { answer: { points: [{ x: 100, y: 20 }] }, state: 'wrong', fraction: 0 }
      ]
    },
    {
      definition: {
        key: 'edinburgh',
        kind: 'hotspot',
        topic: 'telecom-fraud',
        difficulty: 'hard',
        prompt: 'Where was the call made?',
        maxPoints: 0,
        image: { src: 'https://maps.example/uk.png', width: 200, height: 200, alt: 'A map' },
        areas: [
          { key: 'city', shape: 'circle', coords: [100, 100, 10], fraction: 0.667 },
          { key: 'county', shape: 'circle', coords: [100, 100, 40], fraction: 0.333 },
          { key: 'sea', shape: 'rect', coords: [0, 0, 20, 200], fraction: -0.5 }
        ]
      },
      cases: [
        { answer: { points: [{ x: 100, y: 100 }, { x: 101, y: 100 }] }, state: 'right', fraction: 1 },
        { answer: { points: [{ x: 100, y: 100 }] }, state: 'partly-right', fraction: 0.667 },
        { answer: { points: [{ x: 100, y: 130 }] }, state: 'partly-right', fraction: 0.333 },
        { answer: { points: [{ x: 100, y: 100 }, { x: 180, y: 180 }] }, state: 'partly-right', fraction: 0.667 },
        { answer: { points: [{ x: 100, y: 100 }, { x: 10, y: 10 }, { x: 11, y: 10 }] }, state: 'partly-right', fraction: 0.167 },
        { answer: { points: [{ x: 10, y: 10 }] }, state: 'wrong', fraction: 0 }
      ]
    },
    {
      definition: {
        key: 'both-cameras',
        kind: 'hotspot',
        topic: 'telecom-fraud',
        difficulty: 'medium',
        prompt: 'Mark every camera.',
        maxPoints: 0,
        scoring: 'all-or-nothing',
        image: { src: 'images/street.png', width: 100, height: 100, alt: 'A street' },
        areas: [
          { key: 'left', shape: 'rect', coords: [0, 0, 10, 10], correct: true },
          { key: 'right', shape: 'rect', coords: [90, 0, 100, 10], correct: true }
        ]
      },
      cases: [
        { answer: { points: [{ x: 0, y: 0 }, { x: 100, y: 10 }] }, state: 'right', fraction: 1 },
        { answer: { points: [{ x: 5, y: 5 }] }, state: 'wrong', fraction: 0 },
        { answer: { points: [{ x: 0, y: 0 }, { x: 100, y: 10 }, { x: 50, y: 50 }] }, state: 'wrong', fraction: 0 }
      ]
    }
  ]
}

function maxPoints (definition: HotspotDefinition): number {
  return definition.maxPoints ?? 1
}

/** The right areas of a best answer: as many as points are allowed, those worth most. */
function wanted (definition: HotspotDefinition): HotspotDefinition['areas'] {
  const right = rightAreas(definition)
  return maxPoints(definition) === 0 ? right : right.slice(0, maxPoints(definition))
}

function bestOf (definition: HotspotDefinition): number {
  return wanted(definition).reduce((sum, area) => sum + worthOf(area), 0)
}
