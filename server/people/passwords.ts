import { hash, verify } from '@node-rs/argon2'

/** OWASP Password Storage Cheat Sheet, argon2id: 19 MiB, 2 passes, 1 lane. Hashing runs on the thread pool. */
const OWASP = { memoryCost: 19456, timeCost: 2, parallelism: 1 } as const

/** NIST SP 800-63B §3.1.1.2: length is what counts; no rules of composition. */
export const PASSWORD_LENGTH = { least: 10, most: 200 } as const

/** @returns a PHC string */
export async function hashPassword (password: string): Promise<string> {
  return await hash(password.normalize('NFKC'), OWASP)
}

/** @param stored a PHC string, or null for an account that has no password yet: then the work is done all the same,
 * so that the time taken does not tell which addresses have accounts. */
export async function passwordMatches (stored: string | null, password: string): Promise<boolean> {
  const matches = await verify(stored ?? await nobody, password.normalize('NFKC'))
  return matches && stored !== null
}

const nobody = hash('an account that does not exist', OWASP)
