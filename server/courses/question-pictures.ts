import type { QuestionDefinition } from '../quiz/definition.ts'
import type { Problem } from '../quiz/problem.ts'
import type { Picture } from './picture.ts'

interface Wanted {
  /** Where the question names it, below the question: `items/2/image`. */
  readonly path: string
  readonly src: string
  readonly width?: number
  readonly height?: number
}

/** The pictures that a question shows. */
function picturesOf (question: QuestionDefinition): Wanted[] {
  switch (question.kind) {
    case 'hotspot': case 'mark-image': return [{ path: 'image', ...question.image }]
    case 'drag-image': return [{ path: 'image', ...question.image }, ...question.items.flatMap(({ image }, index) => image === undefined ? [] : [{ path: `items/${index}/image`, ...image }])]
    default: return []
  }
}

/** Holds the pictures that a question names against those of its course. Points are in their pixels: a size that is not that of
 * the file would grade every answer wrongly.
 * @param refused files that have a problem of their own, which has been said */
export function pictureProblems (question: QuestionDefinition, pictures: ReadonlyMap<string, Pick<Picture, 'width' | 'height'>>, refused: ReadonlySet<string>): Problem[] {
  return picturesOf(question).flatMap(({ path, src, width, height }) => {
    const picture = pictures.get(src)
    if (picture === undefined && refused.has(src)) return []
    if (picture === undefined) return [{ path: `${path}/src`, message: `there is no picture '${src}' in the course; its pictures are in images/` }]
    const isSame = (width ?? picture.width) === picture.width && (height ?? picture.height) === picture.height
    return isSame ? [] : [{ path: `${path}/width`, message: `'${src}' is ${picture.width} by ${picture.height} pixels` }]
  })
}
