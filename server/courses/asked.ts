import { isAsked } from '../quiz/kinds/index.ts'
import type { QuestionDefinition, QuizDefinition } from '../quiz/definition.ts'

/** How many questions a paper of this quiz asks. Texts that are only read are not among them.
 * @param questions of the course version */
export function askedCount ({ sections }: QuizDefinition, questions: ReadonlyArray<{ readonly definition: QuestionDefinition }>): number {
  const readOnly = new Set(questions.flatMap(({ definition }) => isAsked(definition) ? [] : [definition.key]))
  return sections.reduce((sum, section) => sum + ('draw' in section
    ? section.draw.reduce((of, { count }) => of + count, 0)
    : section.questions.filter((key) => !readOnly.has(key)).length), 0)
}
