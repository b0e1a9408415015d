import Type, { type Static } from 'typebox'
import { hasRepeats, type Kind } from '../kind.ts'
import { questionPart } from '../question.ts'
import { rubric, rubricProblems } from '../rubric.ts'

const MEGABYTE = 1024 * 1024

const definition = Type.Object({
  ...questionPart,
  kind: Type.Literal('upload'),
  types: Type.Optional(Type.Array(Type.String({
    pattern: '^(?:\\.[A-Za-z0-9]+(?:\\.[A-Za-z0-9]+)*|[a-z]+/(?:\\*|[A-Za-z0-9.+\\-]+))$',
    maxLength: 100,
    title: 'an ending such as `.pdf` or a type such as `image/*`'
  }), { minItems: 1, maxItems: 30, description: 'Any when left out' })),
  maxFiles: Type.Optional(Type.Integer({ minimum: 1, maximum: 20, default: 1 })),
  maxBytes: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000 * MEGABYTE, default: 10 * MEGABYTE, description: 'Of each file; 10 MB when left out' })),
  rubric: Type.Optional(rubric)
}, { additionalProperties: false, title: 'Files, marked by a person' })

const answer = Type.Object({
  files: Type.Array(Type.Object({
    id: Type.String({ minLength: 1, maxLength: 64 }),
    name: Type.String({ minLength: 1, maxLength: 255 })
  }, { additionalProperties: false }), { maxItems: 100 })
}, { additionalProperties: false })

export type UploadDefinition = Static<typeof definition>
export type UploadAnswer = Static<typeof answer>

/** Files that a person marks (QTI 3.0 `uploadInteraction`). The host stores them, and holds their size and content to the
 * definition when they come in; an answer names them. Unreadable: more files than allowed, one named twice, or, where only
 * endings are allowed, a name with another one. */
export const upload: Kind<UploadDefinition, UploadAnswer> = {
  name: 'upload',
  byPerson: true,
  definition,
  answer,

  problems (definition) {
    return rubricProblems(definition.rubric)
  },

  shuffled () {
    return []
  },

  controls ({ types = [], maxFiles = 1, maxBytes = 10 * MEGABYTE }) {
    return { control: 'files', types, maxFiles, maxBytes }
  },

  read ({ types = [], maxFiles = 1 }, { files }) {
    if (files.length === 0) return 'not-answered'
    const told = files.length <= maxFiles && !hasRepeats(files.map(({ id }) => id)) && files.every(({ name }) => mayBeNamed(types, name))
    return told ? 'answered' : 'unreadable'
  },

  grade (definition, answer) {
    const reading = upload.read(definition, answer)
    return { state: reading === 'answered' ? 'needs-marking' : reading, fraction: 0 }
  },

  rightAnswer () {
    return { files: [] }
  },

  feedback () {
    return []
  },

  summary (_definition, { files }) {
    return files.map(({ name }) => name).join('; ')
  },

  samples: [
    {
      definition: {
        key: 'seizure-record',
        kind: 'upload',
        topic: 'telecom-fraud',
        difficulty: 'medium',
        prompt: 'Upload the seizure record.',
        types: ['.pdf', '.tar.gz'],
        maxFiles: 2
      },
      cases: [
        { answer: { files: [{ id: '1', name: 'Record.PDF' }] }, state: 'needs-marking', fraction: 0 },
        { answer: { files: [{ id: '1', name: 'a.pdf' }, { id: '2', name: 'all.tar.gz' }] }, state: 'needs-marking', fraction: 0 },
        { answer: { files: [] }, state: 'not-answered', fraction: 0 },
        { answer: { files: [{ id: '1', name: 'a.pdf' }, { id: '1', name: 'a.pdf' }] }, state: 'unreadable', fraction: 0 },
        { answer: { files: [{ id: '1', name: 'a.pdf' }, { id: '2', name: 'b.pdf' }, { id: '3', name: 'c.pdf' }] }, state: 'unreadable', fraction: 0 },
        { answer: { files: [{ id: '1', name: 'a.exe' }] }, state: 'unreadable', fraction: 0 },
        { answer: { files: [{ id: '1', name: '.pdf' }] }, state: 'unreadable', fraction: 0 }
      ]
    },
    {
      definition: { key: 'photo', kind: 'upload', topic: 'telecom-fraud', difficulty: 'easy', prompt: 'Upload a photograph.', types: ['image/*', '.pdf'] },
      cases: [
        { answer: { files: [{ id: '1', name: 'street' }] }, state: 'needs-marking', fraction: 0 },
        { answer: { files: [{ id: '1', name: 'a.jpg' }, { id: '2', name: 'b.jpg' }] }, state: 'unreadable', fraction: 0 }
      ]
    },
    {
      definition: { key: 'anything', kind: 'upload', topic: 'telecom-fraud', difficulty: 'easy', prompt: 'Upload what you found.' },
      cases: [{ answer: { files: [{ id: '1', name: 'find' }] }, state: 'needs-marking', fraction: 0 }]
    }
  ]
}

// What type a file is of is told by its content, which only the host sees; where a type is allowed, any name may be of it.
function mayBeNamed (types: readonly string[], name: string): boolean {
  const lower = name.toLowerCase()
  return types.length === 0 || types.some(type => !type.startsWith('.') || (lower.length > type.length && lower.endsWith(type.toLowerCase())))
}
