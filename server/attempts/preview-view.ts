import type { Previewed } from '../courses/bank/preview.ts'
import {
  definitionFor, drawPaper, gradeAnswer, isAnswer, isMarkedByPerson, kindOf, openSlots, readAnswer, reviewOf, type PaperSlot, type QuestionDefinition, type SlotReview, type SlotState
} from '../quiz/quiz.ts'
import { answerOf, type Fields } from './form.ts'
import { questionView, type AskedAttempt, type Reader } from './views.ts'

/** One question by itself as a trainee will see it, and what an answer to it earns: at the desk, outside of any attempt. */
export function previewView ({ definition: asked, language, shownIn, pictures, seed, answered, before }: Previewed, reader: Reader): { question: object, answer: string, scripts: readonly string[] } {
  // The text that it refers to stands on a page of its own.
  const { stimulus: _, ...alone } = asked
  const paper = drawPaper({ sections: [{ questions: [asked.key] }] }, [{ id: asked.key, definition: alone }], seed)
  const slot = paper.slots[0] as PaperSlot
  const definition = definitionFor(alone, slot)
  const [open] = openSlots(paper.slots) as [SlotState]
  const state = answered === null ? open : tried(open, definition, slot, answered, before)
  const seen: AskedAttempt = {
    reach: 'own', language, pictures, uploads: [], slots: [state], definitionOf: () => definition,
    row: { id: '', state: 'open', paper, endedBy: null },
    quiz: { behaviour: 'deferred' }
  }
  const [review] = reviewOf({ slots: [state], behaviour: 'deferred' }, {}, () => definition, shownIn) as [SlotReview]
  const view = questionView(seen, slot, review, { ...reader, language: shownIn }, true)
  return { question: view, answer: JSON.stringify(state.answer), scripts: [] }
}

/** Where the slot stands after an answer was filled in: graded, or unreadable and open for another; a case that goes on stays open. */
function tried (open: SlotState, definition: QuestionDefinition, slot: PaperSlot, answered: Fields, before: unknown): SlotState {
  const kind = kindOf(definition)
  const saved = isAnswer(definition, before) ? before : null
  const controls = kind.controls(definition, slot.order, saved)
  const given = controls.control === 'files' ? null : answerOf(controls, 1, answered, saved) ?? null
  const state = readAnswer(definition, given)
  if (given === null || state !== 'answered') return { ...open, answer: state === 'not-answered' ? null : given, state }
  const after = kind.controls(definition, slot.order, isAnswer(definition, given) ? given : null)
  const goesOn = after.control === 'scenario' && after.node !== null && after.node.choices.length > 0
  if (goesOn) return { ...open, answer: given, state: 'answered' }
  const grade = gradeAnswer(definition, given)
  return { ...open, answer: given, state: grade.state, fraction: isMarkedByPerson(definition) ? null : grade.fraction, locked: true }
}
