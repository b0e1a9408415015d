/** Bytes in base64. */
export function bytesToBase64 (bytes: Uint8Array): string {
  const parts: string[] = []
  for (let at = 0; at < bytes.length; at += 0x6000) parts.push(String.fromCharCode(...bytes.subarray(at, at + 0x6000)))
  return btoa(parts.join(''))
}
