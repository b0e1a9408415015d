/** Templates, messages and static files are read when a server is built and are the same for every server of a process: a second
 * one, as in a host that mounts two or in the tests, reads and compiles none of them again.
 * @param load reads what is in a folder, which nobody changes meanwhile
 * @returns the same, which reads each folder once */
export function oncePerFolder<Loaded> (load: (folder: string) => Loaded): (folder: string) => Loaded {
  const loaded = new Map<string, Loaded>()
  return (folder) => {
    const known = loaded.get(folder)
    if (known !== undefined) return known
    const made = load(folder)
    loaded.set(folder, made)
    return made
  }
}
