import { describe, expect } from 'vitest'
import { stepShown, test, WRITEBACK } from './support/browser.js'
import { picture, takesPictures } from './support/screenshot.js'

/** Somebody who has never seen the project: from the first page to a link for a colleague. */

describe('from the first page', () => {
  test('the race is found, understood, tried with hugh-2, and sent on', async ({ web }) => {
    const page = await web.open()
    await page.locator('.races li').first().waitFor()
    await picture(page, 'home')
    await page.getByRole('link', { name: 'The wake-up at the end of writeback' }).click()
    await page.getByRole('button', { name: 'Explore every interleaving' }).click()
    await page.getByRole('button', { name: 'Explored' }).waitFor()
    expect(await page.locator('.check .headline').innerText()).toMatch(/^Race\. \d+ failures in \d+ of 21 programs\.$/)
    await picture(page, 'race')

    await page.getByRole('link', { name: 'BUG_ON in mpage_prepare_extent_to_map' }).click()
    await page.locator('.lane-rows li').first().waitFor()
    for (const step of ['10', '18', '60', '65', '127']) {
      await page.keyboard.press('ArrowDown')
      await page.locator('.place', { hasText: new RegExp(`^${step}\\s`) }).waitFor()
    }
    const state = page.locator('.state')
    expect(await state.innerText()).toContain('in use, incarnation 2')
    await state.getByRole('button', { name: /^page PG_writeback:/ }).click()
    await picture(page, 'trace')
    await page.keyboard.press('Escape')

    await page.getByRole('tab', { name: 'What if' }).click()
    await page.getByRole('checkbox', { name: /^hugh-2/ }).check()
    await page.getByText('This schedule does not lead to a failure any more.').waitFor()
    const question = page.getByRole('region', { name: 'Is it enough?' })
    await question.getByRole('button', { name: 'Explore every interleaving' }).click()
    await question.getByRole('button', { name: 'Explored' }).waitFor()
    expect(await question.locator('.headline').innerText()).toMatch(/^Race\. \d+ failures in \d+ of 21 programs\.$/)
    await question.scrollIntoViewIfNeeded()
    await picture(page, 'what-if')

    await page.getByRole('tab', { name: 'Share' }).click()
    await page.getByRole('button', { name: 'Copy the link to this step' }).click()
    await page.getByText('Link to step 127 copied.').waitFor()
    const link = await page.evaluate(() => navigator.clipboard.readText())
    const colleague = await web.open(link.slice(link.indexOf('#')))
    await colleague.locator('.place').waitFor()
    expect(await stepShown(colleague)).toBe('127 of 188')
    expect(await colleague.locator('.lane-rows [aria-current]').innerText()).toContain('page PG_writeback 0 → 1')
  })

  test('the other pages can be reached too', async ({ web }) => {
    const page = await web.open()
    await page.getByRole('link', { name: 'Diagram' }).click()
    await page.locator('.cut mark').first().waitFor()
    await page.getByRole('button', { name: 'Is it possible?' }).click()
    await page.locator('.headline', { hasText: 'Possible.' }).waitFor()
    await picture(page, 'diagram')
    await page.getByRole('link', { name: 'Own program' }).click()
    await page.locator('.cm-content').waitFor()
    await page.getByRole('button', { name: 'Explore every interleaving' }).click()
    await page.locator('.headline', { hasText: 'Race.' }).waitFor()
    await picture(page, 'program')
  })

  test('it all fits a telephone, and the dark', async ({ web }) => {
    const page = await web.open(`${WRITEBACK}&cursor=127`, { viewport: { width: 360, height: 740 }, colorScheme: 'dark', hasTouch: true })
    await page.locator('.lane-rows [aria-current]').waitFor()
    await picture(page, 'narrow')
    await page.getByRole('tab', { name: 'State' }).tap()
    await page.locator('.card').first().waitFor()
    expect(await page.locator('.trace-lanes').isVisible()).toBe(false)
    await page.getByRole('button', { name: 'Next step shown' }).tap()
    await page.locator('.place', { hasText: /^184\s/ }).waitFor()
    const wide = await web.open(`${WRITEBACK}&cursor=180&show=tasks`, { colorScheme: 'dark' })
    await wide.getByRole('button', { name: /^Step / }).first().waitFor()
    await picture(wide, 'dark')
    if (!takesPictures) return
    const matrix = await web.open('#page=race&race=writeback-wakeup')
    await matrix.getByRole('button', { name: 'Fill the matrix' }).click()
    await matrix.locator('.matrix [role=status]', { hasText: '11 of 11 rows' }).waitFor({ timeout: 240_000 })
    await matrix.getByRole('button', { name: /^hugh-2, bug-on-writeback/ }).click()
    await matrix.locator('.matrix').evaluate((section) => section.scrollIntoView())
    await picture(matrix, 'matrix')
  }, 300_000)
})
