/** What a scenario is given. */
export interface Bench {
  /** A short run, for looking: smaller counts, shorter times. */
  readonly quick: boolean
  /** The first of ten ports that are the bench's own. */
  readonly port: number
  /** The URL of a SQLite database for each name, in the folder. */
  readonly databaseUrl: (name: string) => string
  /** Removed afterwards. */
  readonly folder: string
  /** Where servers leave their CPU profiles; none when not asked for. */
  readonly profileTo?: string
  readonly say: (line: string) => void
}

/** A file of this folder exports one as `scenario`; main.ts lists it. */
export interface Scenario {
  readonly title: string
  /** It is given up after so long: the others still run. */
  readonly mostMinutes: number
  readonly run: (bench: Bench) => Promise<Outcome>
}

export interface Outcome {
  /** For results.json. */
  readonly figures: object
  /** Markdown. */
  readonly table: string
  readonly targets?: readonly Target[]
}

/** Something promised, and what was measured of it. */
export interface Target {
  readonly what: string
  readonly promised: string
  readonly figure: string
  readonly met: boolean
}

/** @example atLeast('a saved answer, of the bare insert', 0.5, 0.61, (value) => String(value)) */
export function atLeast (what: string, least: number, figure: number, said: (value: number) => string): Target {
  return { what, promised: `≥ ${said(least)}`, figure: said(figure), met: figure >= least }
}

export function atMost (what: string, most: number, figure: number, said: (value: number) => string): Target {
  return { what, promised: `≤ ${said(most)}`, figure: said(figure), met: figure <= most }
}

/** Markdown: the first column to the left, the others to the right. */
export function tableOf (head: readonly string[], rows: ReadonlyArray<ReadonlyArray<string | number>>): string {
  const line = (cells: ReadonlyArray<string | number>): string => `| ${cells.join(' | ')} |`
  return [line(head), `|---|${head.slice(1).map(() => '--:|').join('')}`, ...rows.map(line)].join('\n')
}
