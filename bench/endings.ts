// What has to be ended or removed when a scenario is over, fails, takes too long, or the bench is told to stop.
const waiting = new Set<() => Promise<void>>()

/** @returns ends it now, once, however often it is called */
export function atEnd (work: () => Promise<void>): () => Promise<void> {
  let ended: Promise<void> | undefined
  const end = async (): Promise<void> => await (ended ??= work().finally(() => waiting.delete(end)))
  waiting.add(end)
  return end
}

/** Ends whatever is left, the latest first. What cannot be ended is told and passed over. */
export async function endAll (say: (line: string) => void): Promise<void> {
  for (const end of [...waiting].reverse()) await end().catch((error: unknown) => { say(`at the end: ${String(error)}`) })
}
