import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Page } from 'playwright-core'
import { describe, expect } from 'vitest'
import type { AxeResults } from 'axe-core'
import { test, WRITEBACK } from './support/browser.js'

/** What axe finds against WCAG 2.2 AA, contrast included, on every page, in light and dark, wide and at 360 pixels. */

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

const PAGES: readonly (readonly [name: string, fragment: string, ready: string])[] = [
  ['the first page', '', '.races li'],
  ['a race', '#page=race&race=writeback-wakeup&fixes=hugh-2', '.matrix'],
  ['a trace with its state', `${WRITEBACK}&cursor=127&show=all`, '.lane-rows li'],
  ['tasks', `${WRITEBACK}&cursor=180&show=tasks`, '.move'],
  ['what if', `${WRITEBACK}&cursor=180&show=what-if`, '.what-if'],
  ['share', `${WRITEBACK}&cursor=188&show=share`, '.share'],
  ['a diagram', '#page=diagram', '.cut mark'],
  ["a program of one's own", '#page=program', '.cm-content'],
]

const EVERYTHING = { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }
const CONTRAST = { runOnly: ['color-contrast'] }

async function violations(page: Page, what: object): Promise<readonly string[]> {
  await page.evaluate(axe)
  const { violations: found } = await page.evaluate(async (options) => {
    const { axe: tool } = window as unknown as { axe: { run(options: object): Promise<AxeResults> } }
    return await tool.run(options)
  }, what)
  return found.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html.slice(0, 120)} ${node.failureSummary ?? ''}`))
}

describe('nothing is found', () => {
  test.for(PAGES)('on %s, in light, dark, and 360 pixels wide', async ([, fragment, ready], { web }) => {
    const page = await web.open(fragment, { colorScheme: 'light' })
    await page.locator(ready).first().waitFor()
    expect(await violations(page, EVERYTHING)).toEqual([])
    await page.emulateMedia({ colorScheme: 'dark' })
    await page.locator('html[data-theme=dark]').waitFor()
    expect(await violations(page, CONTRAST)).toEqual([])
    await page.setViewportSize({ width: 360, height: 740 })
    await page.locator(ready).first().waitFor({ state: 'attached' })
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360)
    expect(await violations(page, EVERYTHING)).toEqual([])
  })

  test('on verdicts, failures and the matrix once they are there', async ({ web }) => {
    const page = await web.open('#page=race&race=truncate-fault', { colorScheme: 'light' })
    await page.getByRole('button', { name: 'Fill the matrix' }).click()
    await page.locator('.matrix [role=status]', { hasText: '2 of 2 rows' }).waitFor()
    await page.locator('.cell[data-verdict=race]').first().click()
    expect(await violations(page, EVERYTHING)).toEqual([])
    await page.emulateMedia({ colorScheme: 'dark' })
    await page.locator('html[data-theme=dark]').waitFor()
    expect(await violations(page, CONTRAST)).toEqual([])
  })
})
