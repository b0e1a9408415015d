/** What a scenario is given. */
export interface Bench {
  /** 1, or less for a short run: multiplies counts and times. */
  readonly scale: number
  readonly port: number
  /** A database of its own for each name, in a folder that is removed afterwards. */
  readonly databaseUrl: (name: string) => string
  readonly folder: string
  /** Where servers leave their CPU profiles; none when not asked for. */
  readonly profileTo?: string
  readonly say: (line: string) => void
}
