const WIDTH = 240
const HEIGHT = 32

/** Counts day by day as a line of bars: an SVG element as text, for those who do not see it a sentence. Attributes and classes
 * only, for a strict content security policy.
 * @param label what it says
 * @param direction 'rtl' lets time run from right to left */
export function sparkline (counts: readonly number[], label: string, direction: 'ltr' | 'rtl'): string {
  const most = Math.max(1, ...counts)
  const step = WIDTH / Math.max(1, counts.length)
  const gap = step > 3 ? 1 : 0
  const bars = counts.map((count, index) => {
    const height = count === 0 ? 0 : Math.max(1, HEIGHT * count / most)
    const x = direction === 'rtl' ? WIDTH - (index + 1) * step : index * step
    return height === 0 ? '' : `<rect class="bar" x="${x.toFixed(1)}" y="${(HEIGHT - height).toFixed(1)}" width="${(step - gap).toFixed(1)}" height="${height.toFixed(1)}"/>`
  })
  return `<svg class="spark" viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" role="img" aria-label="${label.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;')}"><path class="grid" d="M0 ${HEIGHT - 0.5}H${WIDTH}"/>${bars.join('')}</svg>`
}
