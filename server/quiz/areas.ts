import Type, { type Static } from 'typebox'
import { assignPoints, coordsProblem, insidePoint, isInside, SHAPES, type Area, type Point } from './geometry.ts'
import { coordinate, type Image } from './image.ts'
import { graded, type Controls, type Grade, type Reading } from './kind.ts'
import { repeatedKeys, type Problem } from './problem.ts'
import { key } from './question.ts'
import { text, textIn, type Text } from './text.ts'

/** Areas of an image that points are held against: of hotspot and mark-image. */
export const areas = Type.Array(Type.Object({
  key,
  shape: Type.Enum(SHAPES),
  coords: Type.Array(coordinate, {
    minItems: 3,
    maxItems: 400,
    description: 'In pixels. rect: left, top, right, bottom; circle: centre x, centre y, radius; ellipse: centre x, centre y, two radii; polygon: x and y of each corner'
  }),
  correct: Type.Optional(Type.Boolean()),
  fraction: Type.Optional(Type.Number({ minimum: -1, maximum: 1, description: 'What a point in it earns, in place of correct' })),
  feedback: Type.Optional(text),
  label: Type.Optional(text)
}, { additionalProperties: false }), { minItems: 1, maxItems: 100 })

export const pointScoring = Type.Optional(Type.Enum(['partial', 'all-or-nothing'], { default: 'partial' }))

export const pointsAnswer = Type.Object({
  points: Type.Array(Type.Object({ x: Type.Number(), y: Type.Number() }, { additionalProperties: false }), { maxItems: 100 })
}, { additionalProperties: false })

export type PointsAnswer = Static<typeof pointsAnswer>

export interface AreasDefinition {
  readonly image: Image
  readonly areas: Static<typeof areas>
  readonly scoring?: 'partial' | 'all-or-nothing'
}

/** What the points of an answer meet. */
export interface Hits {
  /** for each right area in turn, whether a point was given to it */
  readonly right: readonly boolean[]
  /** keys of the wrong areas that a point without a right area lies in */
  readonly wrong: readonly string[]
  /** how many points lie in no right area */
  readonly outside: number
  /** how many points lie in right areas that have their point already */
  readonly surplus: number
  /** for each point, the area it counts for; undefined when it lies in none */
  readonly areaOf: readonly (Static<typeof areas>[number] | undefined)[]
}

/** What an area earns, relative to the other areas. */
export function worthOf ({ fraction, correct }: Static<typeof areas>[number]): number {
  return fraction ?? (correct === true ? 1 : 0)
}

/** The areas that earn something, those that earn most first. */
export function rightAreas (definition: AreasDefinition): Static<typeof areas>[number][] {
  return definition.areas.filter(area => worthOf(area) > 0).sort((a, b) => worthOf(b) - worthOf(a))
}

/** Each point counts for one area at most and each right area takes one point; where areas overlap, so that most is earned. */
export function hitsOf (definition: AreasDefinition, points: readonly Point[]): Hits {
  const right = rightAreas(definition)
  const wrong = definition.areas.filter(area => worthOf(area) <= 0)
  const taken = assignPoints(right.map(area => [...points.keys()].filter(index => isInside(points[index]!, area))))
  const areaOf = points.map((point, index) => {
    const given = taken.indexOf(index)
    return right[given] ?? right.find(area => isInside(point, area)) ?? wrong.find(area => isInside(point, area))
  })
  const outside = areaOf.filter(area => area === undefined || worthOf(area) <= 0).length
  return {
    right: taken.map(point => point !== -1),
    wrong: wrong.filter(area => areaOf.includes(area)).map(area => area.key),
    outside,
    surplus: points.length - outside - taken.filter(point => point !== -1).length,
    areaOf
  }
}

/** Unreadable: more points than allowed, or a point that is not on the image.
 * @param maxPoints 0 for no limit */
export function readPoints ({ image }: AreasDefinition, { points }: PointsAnswer, maxPoints: number): Reading {
  if (points.length === 0) return 'not-answered'
  if (maxPoints > 0 && points.length > maxPoints) return 'unreadable'
  return points.every(({ x, y }) => x >= 0 && x <= image.width && y >= 0 && y <= image.height) ? 'answered' : 'unreadable'
}

/** What right areas with a point earn, less what wrong points take away, never below 0.
 * @param best what an answer can earn at most, in the areas' own worth
 * @param lost fraction of the whole that is taken away; 0 when nothing is wrong */
export function gradeHits (definition: AreasDefinition, hits: Hits, best: number, lost: number): Grade {
  const earned = rightAreas(definition).reduce((sum, area, index) => hits.right[index] === true ? sum + worthOf(area) : sum, 0)
  // The slack makes up for binary fractions, in whatever order worths are added.
  if (lost === 0 && earned >= best - 1e-9) return graded(1)
  return graded(definition.scoring === 'all-or-nothing' ? 0 : Math.max(0, earned / best - lost))
}

/** What no schema says of areas.
 * @param best what the right areas earn that one answer can meet */
export function areaProblems (definition: AreasDefinition, best: number): Problem[] {
  const { areas, image } = definition
  const labelled = areas.filter(area => area.label !== undefined).length
  const right = rightAreas(definition).length
  return [
    ...repeatedKeys(areas, 'areas'),
    ...areas.flatMap((area, index): Problem[] => {
      const wrong = coordsProblem(area)
      if (wrong !== undefined) return [{ path: `areas/${index}/coords`, message: wrong }]
      if (insidePoint(area, image) === undefined) return [{ path: `areas/${index}/coords`, message: `${middle(area)} lies outside the image` }]
      return area.correct !== undefined && area.fraction !== undefined && area.correct !== area.fraction > 0
        ? [{ path: `areas/${index}`, message: 'correct and fraction contradict each other; leave one out' }]
        : []
    }),
    ...labelled > 0 && labelled < areas.length
      ? [{ path: 'areas', message: 'some areas have a label and some have none; areas are shown to the trainee when all have one' }]
      : [],
    ...labelled === areas.length && right === areas.length
      ? [{ path: 'areas', message: 'all areas have a label, so that they are shown to the trainee, and all are right; add a wrong one, or leave the labels out' }]
      : [],
    ...right === 0
      ? [{ path: 'areas', message: 'no area is right; one needs `correct: true`' }]
      : hasFractions(definition) && Math.abs(best - 1) > 0.01
        ? [{ path: 'areas', message: `the fractions of the right areas add up to ${Math.round(best * 1000) / 1000}; they must add up to 1` }]
        : []
  ]
}

export function hasFractions ({ areas }: AreasDefinition): boolean {
  return areas.some(area => area.fraction !== undefined)
}

/** The control: areas are shown only where all have a label, in reading order, which tells nothing of how they were written. */
export function pointsControl (definition: AreasDefinition, maxPoints: number): Controls {
  const { image } = definition
  const shown = definition.areas.flatMap(({ key, shape, coords, label }) => label === undefined ? [] : [{ key, shape, coords, label }])
  const places = new Map(shown.map(area => [area.key, middlePoint(area, image)]))
  const inReadingOrder = shown.sort((a, b) => places.get(a.key)!.y - places.get(b.key)!.y || places.get(a.key)!.x - places.get(b.key)!.x)
  return { control: 'points', image, maxPoints, areas: shown.length < definition.areas.length ? [] : inReadingOrder }
}

/** A point in each of the areas. */
export function pointsIn (areas: readonly Area[], image: Image): PointsAnswer {
  return { points: areas.map(area => middlePoint(area, image)) }
}

/** The label of what each point lies in, or its place: `Back door; (120, 44)`. */
export function pointsSummary (definition: AreasDefinition, { points }: PointsAnswer, language: string): string {
  const { areaOf } = hitsOf(definition, points)
  return points.map(({ x, y }, index) => {
    const label = areaOf[index]?.label
    return label === undefined ? `(${Math.round(x)}, ${Math.round(y)})` : textIn(label, language)
  }).join('; ')
}

/** The feedback of each area that a point counts for. */
export function areaFeedback (definition: AreasDefinition, { points }: PointsAnswer): Text[] {
  const { areaOf } = hitsOf(definition, points)
  return definition.areas.filter(area => areaOf.includes(area)).flatMap(({ feedback }) => feedback === undefined ? [] : [feedback])
}

// An area without a place on the image is a problem; a host that asks all the same is given a corner of it.
function middlePoint (area: Area, image: Image): Point {
  return insidePoint(area, image) ?? { x: 0, y: 0 }
}

function middle ({ shape }: Area): string {
  return shape === 'circle' || shape === 'ellipse' ? 'its centre' : 'all of it'
}
