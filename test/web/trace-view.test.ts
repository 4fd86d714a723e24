import { describe, expect } from 'vitest'
import type { Page } from 'playwright-core'
import { stepShown, test, WRITEBACK } from './support/browser.js'

/** The trace view: lanes, cursor, state, history. */

async function at(page: Page, step: string): Promise<void> {
  await page.locator('.place', { hasText: new RegExp(`^${step}\\s`) }).waitFor()
}

describe('the lanes', () => {
  test('show the steps of the race first: who, in which call, and why another task goes on', async ({ web }) => {
    const page = await web.open(WRITEBACK)
    await page.locator('.lane-rows li').first().waitFor()
    const text = await page.locator('.lane-rows').innerText()
    expect(text).toMatch(/end_page_writeback\(page\)/)
    expect(text).toMatch(/page PG_writeback 1 → 0/)
    expect(text).toMatch(/bio-1 is preempted → D writer/)
    expect(text).toMatch(/writer waits for PG_writeback of the page to be clear/)
    expect(text).toMatch(/BUG_ON\(PageWriteback\(page\)\)/)
    expect(await page.locator('.lane-rows .step').count()).toBeLessThan(20)
  })

  test('show every step on demand, and what lies between two of them', async ({ web }) => {
    const page = await web.open(WRITEBACK)
    const steps = page.locator('.lane-rows .step')
    await steps.first().waitFor()
    const few = await steps.count()
    await page.getByRole('button', { name: 'Show 2 more steps' }).first().click()
    await steps.nth(few + 1).waitFor()
    await page.getByRole('button', { name: 'Reset' }).click()
    await steps.nth(few).waitFor({ state: 'detached' })
    await page.getByRole('button', { name: 'Every step' }).click()
    await steps.nth(187).waitFor()
    expect(await steps.count()).toBe(188)
    expect(page.url()).toContain('show=all')
  })

  test('fold calls, and say how much is in them', async ({ web }) => {
    const page = await web.open(`${WRITEBACK}&show=all`)
    const call = page.getByRole('button', { name: /bio-1 \(irq\) calls test_clear_page_writeback/ })
    await call.click()
    await page.locator('.call [aria-expanded=false]').waitFor()
    expect(await call.innerText()).toMatch(/… \d+ steps/)
    expect(await page.locator('.lane-rows').innerText()).not.toContain('page PG_writeback 1 → 0')
  })

  test('can be told apart without colour', async ({ web }) => {
    const page = await web.open(WRITEBACK)
    await page.locator('.lane-head').first().waitFor()
    const heads = await page.locator('.lane-head').evaluateAll((all) =>
      all.map((head) => `${head.querySelector('b')?.textContent ?? ''} ${getComputedStyle(head).borderLeftStyle}`),
    )
    expect(heads).toEqual(['A solid', 'B dashed', 'C dotted', 'D double'])
  })
})

describe('the cursor', () => {
  test('is moved by mouse, keys and scrubber, and is in the address', async ({ web }) => {
    const page = await web.open(WRITEBACK)
    await at(page, '0')
    await page.keyboard.press('ArrowDown')
    await at(page, '10')
    await page.keyboard.press('ArrowRight')
    await at(page, '11')
    await page.keyboard.press('ArrowLeft')
    await page.keyboard.press('ArrowUp')
    await at(page, '0')
    await page.keyboard.press('End')
    await at(page, '188')
    await page.keyboard.press('PageUp')
    await at(page, '186')
    await page.keyboard.press('Home')
    await page.getByRole('button', { name: /step 127, writer/ }).click()
    await at(page, '127')
    await page.getByRole('slider', { name: 'Step' }).fill('60')
    await at(page, '60')
    await page.getByRole('button', { name: 'Next step shown' }).click()
    await at(page, '65')
    await page.waitForURL(/cursor=65/)
  })

  test('opens where the link says, and goes where the next link says', async ({ web }) => {
    const page = await web.open(`${WRITEBACK}&cursor=127`)
    await at(page, '127')
    expect(await page.locator('.lane-rows [aria-current]').innerText()).toContain('page PG_writeback 0 → 1')
    await page.evaluate(() => (location.hash = location.hash.replace('cursor=127', 'cursor=10')))
    await at(page, '10')
  })

  test('says aloud where it is', async ({ web }) => {
    const page = await web.open(`${WRITEBACK}&cursor=188`)
    await at(page, '188')
    const spoken = await page.locator('.trace-tools [role=status]').innerText()
    expect(spoken).toContain('step 188, writer: page PG_writeback = 1, failure: BUG_ON(PageWriteback(page))')
    expect(await page.getByRole('slider').getAttribute('aria-valuetext')).toBe('step 188 of 188, writer')
  })

  test('has keys, which ? lists', async ({ web }) => {
    const page = await web.open(WRITEBACK)
    await at(page, '0')
    await page.keyboard.press('?')
    expect(await page.getByRole('dialog').innerText()).toContain('next, previous switch of tasks')
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'hidden' })
    await page.keyboard.press('2')
    await page.getByRole('tab', { name: 'Tasks', selected: true }).waitFor()
    await page.keyboard.press('e')
    await page.locator('.lane-rows .step').nth(187).waitFor()
  })

  test('can be reached and moved with the keyboard alone', async ({ web }) => {
    const page = await web.open(WRITEBACK)
    await at(page, '0')
    await page.locator('.lane-rows [tabindex="0"]').focus()
    await page.keyboard.press('ArrowDown')
    await at(page, '10')
    await page.locator('.lane-rows button:focus', { hasText: 'page PG_writeback' }).waitFor()
  })
})

describe('the state', () => {
  test('shows the page at that moment: flags, who holds its references, its content; what changed is marked', async ({ web }) => {
    const page = await web.open(`${WRITEBACK}&cursor=127`)
    const card = page.locator('.card', { hasText: 'incarnation' })
    await card.waitFor()
    const text = await card.innerText()
    expect(text).toContain('in use, incarnation 2')
    expect(text).toMatch(/refcount\s+3\s+page cache, slot 0 of F2\s+its buffers\s+writer, from find_get_page/)
    expect(text).toMatch(/data\s+F2:v1/)
    const changed = card.locator('.value[data-changed=true]')
    expect(await changed.innerText()).toContain('PG_writeback')
    expect(await changed.getAttribute('aria-label')).toContain('just changed')
  })

  test('names the kernel file and function of the step', async ({ web }) => {
    const page = await web.open(`${WRITEBACK}&cursor=127`)
    const step = await page.getByRole('region', { name: 'The last step' }).innerText()
    expect(step).toContain('writer in __test_set_page_writeback mm/page-writeback.c, v5.10-rc5')
    expect(step).toContain('PG_writeback: 0 → 1')
  })

  test('shows locks with holders, wait queues, I/O in flight, files and devices', async ({ web }) => {
    const page = await web.open(`${WRITEBACK}&cursor=180`)
    await page.locator('.group').first().waitFor()
    const state = await page.locator('.state').innerText()
    expect(state).toMatch(/lock of page\s+page lock\s+held by\s+writer/)
    expect(state).toMatch(/page_wait_table\.head/)
    expect(state).toMatch(/WRITE page for F2/)
    expect(state).toMatch(/index 0/)
  })

  test('gives the history of whatever is clicked, to jump to any change', async ({ web }) => {
    const page = await web.open(`${WRITEBACK}&cursor=127`)
    await page.getByRole('button', { name: /^page PG_writeback:/ }).click()
    const history = page.getByRole('region', { name: 'History of page PG_writeback' })
    await history.getByText('2 changes').waitFor()
    expect(await page.locator('.ticks i').count()).toBe(2)
    await history.getByRole('button', { name: /step 10/ }).click()
    await at(page, '10')
    await page.keyboard.press('Escape')
    await history.waitFor({ state: 'detached' })
    expect(await stepShown(page)).toBe('10 of 188')
  })
})
