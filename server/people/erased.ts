/** What stands where a name was. */
export const ERASED = '[erased]'
