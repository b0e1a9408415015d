/** The files of a content package (a zip), by their paths in it: relative, with slashes, without `.` and `..`. Whoever reads the
 * zip has held names, sizes and checksums to that. */
export type PackageFiles = ReadonlyMap<string, Uint8Array>
