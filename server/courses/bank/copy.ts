import { audit } from '../../audit/audit.ts'
import type { Database } from '../../db/database.ts'
import type { Person } from '../../person.ts'
import { textIn } from '../../quiz/text.ts'
import { Refusal } from '../../refusals.ts'
import type { World } from '../../world.ts'
import type { CourseCache } from '../courses.ts'
import { readableText } from '../markdown.ts'
import { insertBankQuestions, selectBankKeys, selectOptionalBank, selectVersions } from '../queries.ts'
import { mapPictures, srcOf } from './pictures.ts'
import { insertBankPicture, selectLastPlace } from './queries.ts'

/** Copies the questions of a course's latest version into a bank, with their pictures. Those whose key is taken are left out.
 * @returns how many were copied
 * @throws Refusal not-found */
export async function copyCourse (db: Database, courses: CourseCache, world: World, person: Person, bankId: string, slug: string): Promise<number> {
  const bank = await selectOptionalBank(db.read, bankId)
  const [version] = await selectVersions(db.read, slug)
  if (bank === undefined || version === undefined) throw new Refusal('not-found')
  const questions = await courses.questions(db.read, version.id)
  const { pictures = {}, language } = version.outline
  const made = { by: person.id, at: world.now().toISOString() }
  return await db.write(async (tx) => {
    const taken = new Set(await selectBankKeys(tx, bankId))
    const fresh = questions.filter(({ definition }) => !taken.has(definition.key)).map(({ bank: category, definition }) => {
      const words = readableText(textIn(definition.prompt, bank.language, language)).replace(/\s+/g, ' ').trim()
      return {
        id: world.newId(),
        name: words.length > 80 ? `${words.slice(0, 79)}…` : words,
        category: [category],
        definition: mapPictures(definition, ({ src }) => { const found = pictures[src]; return found === undefined ? src : srcOf(found.hash) })
      }
    })
    for (const [path, { hash }] of Object.entries(pictures)) await insertBankPicture(tx, bankId, { hash, name: path.replace(/^.*\//, ''), byId: person.id, at: made.at })
    if (fresh.length > 0) await insertBankQuestions(tx, bankId, fresh, { ...made, after: await selectLastPlace(tx, bankId) })
    await audit(tx, world, { actorId: person.id, action: 'bank.copied', subjectType: 'bank', subjectId: bankId, detail: { course: slug, version: version.number, questions: fresh.length } })
    return fresh.length
  })
}
