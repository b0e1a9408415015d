/** Bytes in base64. */
/** Bytes of base64; what is no letter of it is passed over. */
export function base64ToBytes (base64: string): Uint8Array {
  const letters = base64.replace(/[^A-Za-z0-9+/]/g, '')
  return Uint8Array.from(atob(letters.length % 4 === 1 ? letters.slice(0, -1) : letters), character => character.charCodeAt(0))
}

export function bytesToBase64 (bytes: Uint8Array): string {
  const parts: string[] = []
  for (let at = 0; at < bytes.length; at += 0x6000) parts.push(String.fromCharCode(...bytes.subarray(at, at + 0x6000)))
  return btoa(parts.join(''))
}
