import { monitorEventLoopDelay } from 'node:perf_hooks'

// Loaded into the server under measure with `--import`, before its own code: it answers, when the bench asks, how long the
// event loop was held up, and what the process has used. One timer a millisecond; nothing of the product is changed.

export interface Watched {
  /** Milliseconds by which a timer of one millisecond came late. */
  readonly loop: { readonly p50: number, readonly p99: number, readonly p999: number, readonly max: number, readonly samples: number }
  /** Now, and the most since the process began. */
  readonly rssMb: number
  readonly peakRssMb: number
  /** User and system, since the last question. */
  readonly cpuSeconds: number
}

const delay = monitorEventLoopDelay({ resolution: 1 })
delay.enable()
let used = process.cpuUsage()

process.on('message', () => {
  const late = (nanoseconds: number): number => Math.max(0, Number((nanoseconds / 1e6 - 1).toFixed(2)))
  const { user, system } = process.cpuUsage(used)
  used = process.cpuUsage()
  const watched: Watched = {
    loop: { p50: late(delay.percentile(50)), p99: late(delay.percentile(99)), p999: late(delay.percentile(99.9)), max: late(delay.max), samples: delay.count },
    rssMb: Math.round(process.memoryUsage.rss() / 1e6),
    // The kernel counts in KiB.
    peakRssMb: Math.round(process.resourceUsage().maxRSS * 1024 / 1e6),
    cpuSeconds: (user + system) / 1e6
  }
  delay.reset()
  process.send?.(watched)
})
// The bench was killed: nobody is left to end this server.
process.once('disconnect', () => { process.exit(1) })
process.channel?.unref()
