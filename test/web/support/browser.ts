/** Tests in a real Chromium, each with a page of its own on the explorer that `heddle explore` serves. */
import { existsSync } from 'node:fs'
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core'
import { expect, test as base } from 'vitest'
import { startExplorer, type Explorer } from './explore.js'

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome', '/usr/bin/google-chrome-stable']

const MISSING = 'there is no Chromium for the tests of the explorer: apt-get install chromium, or say where it is with CHROMIUM=PATH'

const ARGUMENTS = [
  '--headless=new',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** @throws Error where tests must not be left out, if there is none */
function chromiumPath(): string | null {
  const found = [process.env.CHROMIUM, ...PLACES].find((path) => path !== undefined && path !== '' && existsSync(path))
  if (found === undefined && process.env.CI !== undefined) throw new Error(MISSING)
  return found ?? null
}

export interface Opened {
  /** Opens the explorer at a fragment, in a window of its own. */
  open(fragment?: string, options?: BrowserContextOptions): Promise<Page>
  /** Without a trailing slash. */
  readonly url: string
  readonly browser: Browser
}

interface Fixtures {
  readonly $file: { readonly explorer: Explorer; readonly chromium: Browser | null }
  readonly web: Opened
}

export const test = base.extend<Fixtures>({
  $file: [
    async ({}, use) => {
      const path = chromiumPath()
      const launched = path === null ? null : await chromium.launch({ executablePath: path, args: ARGUMENTS })
      const explorer = await startExplorer()
      await use({ explorer, chromium: launched })
      explorer.process.kill()
      await launched?.close()
    },
    { scope: 'file' },
  ],
  web: async ({ $file, skip }, use) => {
    const { explorer, chromium: browser } = $file
    if (browser === null) return skip(MISSING)
    const errors: string[] = []
    const contexts: { close(): Promise<void> }[] = []
    await use({
      url: explorer.url.replace(/\/$/, ''),
      browser,
      async open(fragment = '', options = {}) {
        const context = await browser.newContext({
          viewport: { width: 1280, height: 800 },
          permissions: ['clipboard-read', 'clipboard-write'],
          acceptDownloads: true,
          ...options,
        })
        contexts.push(context)
        const page = await context.newPage()
        page.on('pageerror', (error) => errors.push(error.message))
        page.on('console', (message) => {
          if (message.type() === 'error') errors.push(message.text())
        })
        await page.goto(`${explorer.url}${fragment}`)
        return page
      },
    })
    for (const context of contexts) await context.close()
    expect(errors, 'errors in the page').toEqual([])
  },
})

/** The step that the trace view stands at, as its foot says. */
export async function stepShown(page: Page): Promise<string> {
  return (await page.locator('.place').innerText()).replace(/\s+/g, ' ')
}

/** A trace of the race that the README begins with. */
export const WRITEBACK = '#page=race&race=writeback-wakeup&program=reuse-by-truncate&schedule=h1:0-c_3-4o_0-5_3-3'
