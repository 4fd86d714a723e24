/** The browser that the tests run in. */
import { existsSync } from 'node:fs'

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome', '/usr/bin/google-chrome-stable']

export const NO_CHROMIUM = 'there is no Chromium for the tests of the explorer: apt-get install chromium, or say where it is with CHROMIUM=PATH'

/** @throws Error where tests must not be left out, if there is none */
export function chromiumPath(): string | null {
  const found = [process.env.CHROMIUM, ...PLACES].find((path) => path !== undefined && path !== '' && existsSync(path))
  if (found === undefined && process.env.CI !== undefined) throw new Error(NO_CHROMIUM)
  return found ?? null
}
