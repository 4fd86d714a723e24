import { describe, expect } from 'vitest'
import { test } from './support/browser.js'

/** The page of diagrams. */

const IMPOSSIBLE = `CPU1                    CPU2

end_page_writeback()
  wake_up_page()
                        mpage_prepare_extent_to_map()
  test_clear_page_writeback()
`

describe('a diagram', () => {
  test('is cut into cells, each with its actor and what it was taken for', async ({ web }) => {
    const page = await web.open('#page=diagram')
    const cut = page.locator('.cut')
    await cut.locator('mark').first().waitFor()
    expect(await page.locator('.actors').innerText()).toMatch(/A CPU1\s+B CPU2\s+headers and cells agree/)
    const mark = cut.locator('mark', { hasText: 'test_clear_page_writeback(page)' })
    expect(await mark.getAttribute('data-letter')).toBe('A')
    expect(await cut.locator('mark', { hasText: 'page is freed' }).getAttribute('data-letter')).toBe('B')
  })

  test('is answered with an execution in which its lines are marked', async ({ web }) => {
    const page = await web.open('#page=diagram')
    await page.getByRole('button', { name: 'Is it possible?' }).click()
    await page.locator('.headline', { hasText: 'Possible.' }).waitFor()
    expect(await page.getByLabel('The answer in words').innerText()).toContain('POSSIBLE in writeback-wakeup/')
    await page.getByRole('link', { name: 'Open the execution' }).click()
    await page.locator('.line-mark').first().waitFor()
    expect(await page.locator('.lane-rows').innerText()).toMatch(/page is freed\s*line 6/)
    await page.keyboard.press('2')
    await page.getByRole('button', { name: /^Step / }).first().waitFor()
    expect(await page.locator('.line-mark').count()).toBeGreaterThan(4)
    await page.getByRole('link', { name: 'Diagram', exact: true }).last().click()
    expect(await page.getByRole('textbox').inputValue()).toContain('end_page_writeback')
  })

  test('that can not happen is told so, with what is in its way', async ({ web }) => {
    const page = await web.open('#page=diagram')
    await page.getByRole('textbox').fill(IMPOSSIBLE)
    await page.locator('.cut li', { hasText: 'mpage_prepare_extent_to_map' }).waitFor()
    await page.getByRole('button', { name: 'Is it possible?' }).click()
    await page.locator('.headline', { hasText: /Impossible\.|Possible\./ }).waitFor()
    expect(await page.locator('.headline').innerText()).toMatch(/Impossible.*line \d+ can not follow/)
    await page.waitForURL(/text=/)
    const again = await web.open(page.url().slice(page.url().indexOf('#')))
    expect(await again.getByRole('textbox').inputValue()).toBe(IMPOSSIBLE)
  })

  test('that is none is said to be none', async ({ web }) => {
    const page = await web.open('#page=diagram')
    await page.getByRole('textbox').fill('Dear list,\n\nthis is no diagram.\n')
    await page.getByRole('alert').waitFor()
    expect(await page.getByRole('button', { name: 'Is it possible?' }).isDisabled()).toBe(true)
  })
})
