import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { bankSchema, courseSchema } from './course-schema.ts'

/** What an editor shows beside a field that says nothing of itself. */
const DESCRIPTIONS: Readonly<Record<string, string>> = {
  accept: 'Answers that are accepted; `*` stands for any run of characters',
  alt: 'What is seen, for those who cannot see it',
  attempts: 'How often it may be tried; as often as wished when left out',
  caseSensitive: 'Whether capital letters matter; false when left out',
  certificate: 'What whoever completes the course is given',
  choice: 'The key of the choice that belongs to it',
  choices: 'What may be chosen',
  correct: 'Whether this is right',
  count: 'How many questions',
  difficulty: 'easy, medium or hard',
  end: 'Shown when the scenario ends at this node',
  feedback: 'Markdown. Shown after grading: say why',
  fraction: 'What this earns: 1 is the full mark',
  gaps: 'What is filled in; each stands in the text as {{its key}}',
  ignoreAccents: 'Whether é and e are the same; false when left out',
  intro: 'Markdown. Shown before the first attempt',
  items: 'Listed in the right order; the trainee sees them shuffled',
  key: 'Lower-case words joined by hyphens. Never changes once published',
  kind: 'What is asked for; docs/authoring.md shows each kind',
  label: 'Names it to the trainee',
  layout: 'A menu, or choices beside or below each other; a menu when left out',
  levels: 'How well it may be met, each with its points',
  limitMinutes: 'Time limit in minutes; none when left out',
  max: 'The greatest',
  maxFiles: 'How many files; 1 when left out',
  maxWords: 'Told to the trainee and to whoever marks',
  min: 'The least',
  minWords: 'Told to the trainee and to whoever marks',
  modules: 'The parts of the course, in order',
  nodes: 'Situations, each with the choices that lead on from it',
  passPercent: 'What passes, 0 to 100',
  points: 'What it earns',
  prompt: 'Markdown. What the trainee is asked',
  questions: 'Questions of this bank',
  questionsPerPage: 'How many questions stand on a page; 5 when left out',
  quizzes: 'Practice quizzes and exams; each stands in one module',
  sampleAnswer: 'A good answer, shown in the review',
  scoring: 'How a partly right answer is counted',
  sections: 'Parts of the quiz, each drawn at random or by name',
  shape: 'rect, circle, ellipse or polygon',
  shuffle: 'Whether the choices are shown in a drawn order; true when left out',
  slug: 'The name of the course in addresses and certificates. Never changes once published',
  source: 'Where the fact is from',
  src: 'A path inside the course, or an https address',
  stems: 'What is matched; `choice` names the key of what belongs to it',
  step: 'From one number of the scale to the next; 1 when left out',
  stimulus: 'The key of a stimulus question of the same bank, whose text is shown above this one',
  summary: 'Tells an officer what they will be able to do',
  template: 'What the field begins with',
  text: 'What the trainee reads',
  title: 'What it is called',
  tolerance: 'How far off an answer may be, in the same unit; 0 when left out',
  topic: 'What it is about: draws choose by it',
  unit: 'Shown after the field',
  value: 'The right answer'
}

/** JSON Schemas of the course files, by file name: what editors complete from. Draft 7, which YAML editors know best. */
export function jsonSchemas (): Readonly<Record<string, string>> {
  return {
    'course.schema.json': written(courseSchema, 'A course: course.yaml'),
    'bank.schema.json': written(bankSchema, 'A bank of questions: banks/*.yaml')
  }
}

/** Writes them, one file each. */
export async function writeJsonSchemas (folder: string): Promise<void> {
  await mkdir(folder, { recursive: true })
  for (const [name, text] of Object.entries(jsonSchemas())) await writeFile(join(folder, name), text)
}

function written (schema: object, title: string): string {
  // The first pass leaves out what the schema library keeps for itself.
  const plain: unknown = JSON.parse(JSON.stringify(schema))
  return `${JSON.stringify({ $schema: 'http://json-schema.org/draft-07/schema#', ...described(plain) as object, title }, null, 2)}\n`
}

/** The same schema with a description on each property that lacks one. */
function described (part: unknown): unknown {
  if (Array.isArray(part)) return part.map(described)
  if (typeof part !== 'object' || part === null) return part
  return Object.fromEntries(Object.entries(part).map(([name, value]) => name === 'properties' ? [name, properties(value as object)] : [name, described(value)]))
}

function properties (part: object): object {
  return Object.fromEntries(Object.entries(part).map(([name, value]) => {
    const schema = described(value) as { readonly description?: string }
    const general = DESCRIPTIONS[name]
    // Of a text, that it may be a map of languages is said by the schema already; what it is for is said by its name.
    const own = schema.description
    const description = general !== undefined && (own === undefined || own.startsWith('Text, or a map'))
      ? own === undefined ? general : `${general}. ${own}`
      : own
    return [name, description === undefined ? schema : { ...schema, description }]
  }))
}

if (import.meta.main) await writeJsonSchemas(join(import.meta.dirname, '../../courses/schema'))
