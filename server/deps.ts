import type { Database } from './db/database.ts'
import type { CourseCache } from './courses/courses.ts'
import type { Messages } from './http/messages.ts'
import type { Signer } from './quotas/snapshot.ts'
import type { World } from './world.ts'

/** What the features' routes are handed: made once by whoever builds the app. */
export interface Deps {
  readonly db: Database
  readonly world: World
  /** Immutable course content, kept in memory by version. */
  readonly courses: CourseCache
  readonly settings: Settings
  /** Signs the figures of closed targets. */
  readonly signer: Signer
  /** The catalogues: for mails, which speak the language of whoever receives them. */
  readonly messages: Messages
}

/** The part of the configuration that features may know. */
export interface Settings {
  readonly programme: string
  /** IANA; days of a quota and dates on pages are in this zone. */
  readonly timeZone: string
  /** Where people reach the product, prefix included, no slash at the end: goes into mails and QR codes. */
  readonly publicUrl: string
  readonly prefix: string
  /** Served over https: cookies are `Secure`. */
  readonly secure: boolean
  /** The outbox is shown to administrators in place of being sent. */
  readonly demo: boolean
}
