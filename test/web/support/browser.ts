/** Tests in a real Chromium, each with a page of its own on the explorer that `heddle explore` serves. */
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core'
import { expect, test as base } from 'vitest'
import { chromiumPath, NO_CHROMIUM } from './chromium.js'
import { startExplorer, type Explorer } from './explore.js'

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
    if (browser === null) return skip(NO_CHROMIUM)
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
