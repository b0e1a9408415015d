import type { QuestionDefinition } from '../kinds/index.ts'
import { leaveOut } from './export-notes.ts'
import { responseDeclaration, type Pen } from './qti-pen.ts'
import { choice, trueFalse, order } from './qti-write-choices.ts'
import { kprim, match, categorise, dragWords, dragImage } from './qti-write-pairs.ts'
import type { Of, Parts } from './qti-write-parts.ts'
import { calculated } from './qti-write-calculated.ts'
import { errorText } from './qti-write-words.ts'
import { longMenu } from './qti-write-long-menu.ts'
import { hotspot, markImage } from './qti-write-pictures.ts'
import { shortText, numeric, slider, gapSelect, cloze } from './qti-write-typed.ts'

/** A kind as parts of an item; undefined, with a note, for one that QTI is not written for. */
export function partsFor (definition: QuestionDefinition, pen: Pen): Parts | undefined {
  switch (definition.kind) {
    case 'description':
    case 'stimulus': return { declarations: [], body: '', rules: [] }
    case 'choice': return choice(definition, pen)
    case 'true-false': return trueFalse(definition, pen)
    case 'order': return order(definition, pen)
    case 'kprim': return kprim(definition, pen)
    case 'match': return match(definition, pen)
    case 'categorise': return categorise(definition, pen)
    case 'short-text': return shortText(definition, pen)
    case 'numeric': return numeric(definition, pen)
    case 'slider': return slider(definition, pen)
    case 'gap-select': return gapSelect(definition, pen)
    case 'cloze': return cloze(definition, pen)
    case 'drag-words': return dragWords(definition, pen)
    case 'hotspot': return hotspot(definition, pen)
    case 'drag-image': return dragImage(definition, pen)
    case 'essay': return essay(definition, pen)
    case 'upload': return upload(definition, pen)
    case 'calculated': return calculated(definition, pen)
    case 'mark-image': return markImage(definition, pen)
    case 'long-menu': return longMenu(definition, pen)
    case 'error-text': return errorText(definition, pen)
    default:
      pen.notes.refused(`QTI is not written for questions of the kind ${definition.kind}`)
      return undefined
  }
}

function essay (definition: Of<'essay'>, pen: Pen): Parts {
  const { lines = 12, minWords, maxWords, sampleAnswer } = definition
  leaveOut(definition, pen.notes, { rubric: 'the rubric', template: 'what the field begins with', ...pen.version === '2.1' && { minWords: 'the least number of words', maxWords: 'the greatest number of words' } })
  const limits = pen.version === '2.1' ? '' : `${minWords === undefined ? '' : ` data-min-words="${minWords}"`}${maxWords === undefined ? '' : ` data-max-words="${maxWords}"`}`
  return {
    declarations: [responseDeclaration(pen.el, 'RESPONSE', 'single', 'string', sampleAnswer === undefined ? [] : [pen.notes.text(sampleAnswer)])],
    body: pen.el('extendedTextInteraction', { responseIdentifier: 'RESPONSE', expectedLines: lines }).replace(/\/>$/, `${limits}/>`),
    rules: []
  }
}

function upload (definition: Of<'upload'>, pen: Pen): Parts {
  const { types = [], maxFiles = 1 } = definition
  leaveOut(definition, pen.notes, { rubric: 'the rubric', maxBytes: 'the greatest size of a file' })
  if (maxFiles > 1) pen.notes.changed('one file is handed in')
  return {
    declarations: [responseDeclaration(pen.el, 'RESPONSE', 'single', 'file', [])],
    body: pen.el('uploadInteraction', { responseIdentifier: 'RESPONSE', type: types.length === 0 ? undefined : types.join(' ') }),
    rules: []
  }
}
