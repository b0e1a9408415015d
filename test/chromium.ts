import type { Browser } from 'playwright-core'

/** A real browser that comes from npm with its own libraries: nothing is installed by hand. */
export async function launchChromium (): Promise<Browser> {
  // Tells the package that it runs where it has to unpack its own libraries.
  process.env['AWS_EXECUTION_ENV'] ??= 'AWS_Lambda_nodejs24.x'
  const [{ default: chromium }, { chromium: playwright }] = await Promise.all([import('@sparticuz/chromium'), import('playwright-core')])
  return await playwright.launch({ executablePath: await chromium.executablePath(), args: ['--no-sandbox'] })
}
