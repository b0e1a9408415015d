import type { Database } from '../db/database.ts'
import type { World } from '../world.ts'
import { findFaults, type Fault } from './faults.ts'
import { invitationLink } from './links.ts'
import { createPerson, type NewPerson } from './people.ts'

/** Adds somebody from the command line, where no mail need be set up: whoever runs it hands the link on.
 * @returns the path of a one-time invitation, before the prefix; or the fields that are wrong, and then nothing is written
 * @throws Refusal email-taken */
export async function addAccount (db: Database, world: World, input: NewPerson, languages: readonly string[]): Promise<{ readonly path: string } | { readonly wrong: readonly Fault[] }> {
  const wrong = findFaults(input, languages)
  if (wrong.length > 0) return { wrong }
  return await db.write(async (tx) => {
    const { accountId } = await createPerson(tx, world, { ...input, actorId: null })
    return { path: await invitationLink(tx, world, accountId) }
  })
}
