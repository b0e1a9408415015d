import type { RoleGrant } from '../person.ts'
import type { Moments } from './moments.ts'
import { addNewcomer, type Officer } from './newcomers.ts'
import type { Rows } from './rows.ts'

export interface Staff {
  readonly administrator: Officer
  /** instructor@ first. */
  readonly instructors: readonly Officer[]
  /** Of Zambia. */
  readonly liaison: Officer
}

const INSTRUCTORS = [
  ['Tomasz Zielonka', 'instructor@demo.example'],
  ['Mariam Tsereteli', 'instructor2@demo.example'],
  ['Joaquim Nhantumbo', 'instructor3@demo.example']
] as const

/** Those who run the sample programme, each with the shared password. */
export function addStaff (rows: Rows, moments: Moments, at: string, passwordHash: string): Staff {
  const world = moments(at)
  const add = (actorId: string | null, name: string, email: string, grant: RoleGrant, more: { country?: string, agency?: string, rank?: string } = {}): Officer =>
    addNewcomer(rows, world, actorId, {
      name, email, country: more.country ?? null, agency: more.agency ?? null, rank: more.rank ?? null, locale: 'en', roles: [grant], passwordHash, state: 'active'
    })
  const administrator = add(null, 'Ngozi Adeyemi', 'admin@demo.example', { role: 'administrator' })
  const instructors = INSTRUCTORS.map(([name, email]) => add(administrator.id, name, email, { role: 'instructor' }))
  const liaison = add(administrator.id, 'Chilufya Hamoonga', 'liaison@demo.example', { role: 'liaison', country: 'ZM' }, { country: 'ZM', agency: 'National Police', rank: 'Superintendent' })
  return { administrator, instructors, liaison }
}
