import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Page } from 'playwright-core'
import { describe, expect, onTestFinished } from 'vitest'
import { stepShown, test, WRITEBACK } from './support/browser.js'

/** Taking a trace away. */

async function saved(page: Page, title: string): Promise<string> {
  const folder = mkdtempSync(path.join(tmpdir(), 'heddle-test-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: title, exact: true }).click()])
  const file = path.join(folder, download.suggestedFilename())
  await download.saveAs(file)
  return file
}

describe('a trace', () => {
  test('has a link that opens on exactly that step', async ({ web }) => {
    const page = await web.open(`${WRITEBACK}&show=share`)
    await page.getByRole('slider').fill('127')
    await page.waitForURL(/cursor=127/)
    await page.getByRole('button', { name: 'Copy the link to this step' }).click()
    await page.getByText('Link to step 127 copied.').waitFor()
    const link = await page.evaluate(() => navigator.clipboard.readText())
    const colleague = await web.open(link.slice(link.indexOf('#')))
    await colleague.locator('.place').waitFor()
    expect(await stepShown(colleague)).toBe('127 of 188')
  })

  test('is copied as a diagram of 72 columns, and as a command', async ({ web }) => {
    const page = await web.open(`${WRITEBACK}&show=share`)
    await page.getByRole('button', { name: 'Copy as diagram' }).click()
    await page.getByText('Diagram copied.').waitFor()
    const text = await page.evaluate(() => navigator.clipboard.readText())
    expect(text).toContain('end_page_writeback(page)')
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(72)
    await page.getByRole('button', { name: 'Copy the command' }).click()
    await page.getByText('Command copied.').waitFor()
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(
      'heddle replay --race writeback-wakeup/reuse-by-truncate --schedule h1:0-c_3-4o_0-5_3-3',
    )
  })

  test('is saved as SVG, PNG, JSON and for Perfetto', async ({ web }) => {
    const page = await web.open(`${WRITEBACK}&show=share`)
    expect(readFileSync(await saved(page, 'SVG'), 'utf8')).toMatch(/^<svg[^>]*>[^]*test_clear_page_writeback/)
    const png = readFileSync(await saved(page, 'PNG'))
    expect(png.subarray(1, 4).toString()).toBe('PNG')
    expect(png.readUInt32BE(16)).toBeGreaterThan(600)
    expect(JSON.parse(readFileSync(await saved(page, 'JSON'), 'utf8'))).toHaveProperty('schema')
    expect(JSON.parse(readFileSync(await saved(page, 'Perfetto'), 'utf8'))).toHaveProperty('traceEvents')
  })

  test('is saved as one file that works by itself, offline', async ({ web }) => {
    const page = await web.open(`${WRITEBACK}&cursor=127&show=share`)
    const file = await saved(page, 'HTML')
    const context = await web.browser.newContext({ offline: true, viewport: { width: 1280, height: 800 } })
    const alone = await context.newPage()
    const requests: string[] = []
    alone.on('request', (request) => requests.push(request.url()))
    await alone.goto(pathToFileURL(file).href)
    await alone.locator('.place', { hasText: '127 of 188' }).waitFor()
    await alone.keyboard.press('End')
    await alone.locator('.place', { hasText: '188 of 188' }).waitFor()
    await alone.getByRole('tabpanel').getByText('BUG_ON(PageWriteback(page))').first().waitFor()
    await alone.getByRole('tab', { name: 'Tasks' }).click()
    await alone.getByRole('list', { name: /Call stack of bio-1/ }).getByText('mm/filemap.c').first().waitFor()
    expect(requests.filter((url) => !url.startsWith('file:') && !url.startsWith('data:'))).toEqual([])
    await context.close()
  })
})
