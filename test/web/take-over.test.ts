import { describe, expect } from 'vitest'
import { stepShown, test, WRITEBACK } from './support/browser.js'

/** Going another way than the trace does, with and without a fix. */

describe('taking over', () => {
  test('shows every task with its call stack, what it waits for, and what it would do next', async ({ web }) => {
    const page = await web.open(`${WRITEBACK}&cursor=180&show=tasks`)
    const tasks = page.getByRole('tabpanel')
    await tasks.getByRole('button', { name: 'Step bio-1 (irq)' }).waitFor()
    const text = await tasks.innerText()
    expect(text).toMatch(/writer\s+waits for PG_writeback of the page to be clear/)
    expect(text).toMatch(/wait_on_page_bit_common.*mm\/filemap\.c, v5\.10-rc5/s)
    expect(text).toMatch(/goes on in this trace/)
    expect(await tasks.getByRole('list', { name: 'Call stack of writer, innermost first' }).innerText()).toContain('fsync')
  })

  test('goes on with whoever is chosen; undo brings the trace back', async ({ web }) => {
    const page = await web.open(`${WRITEBACK}&cursor=10&show=tasks`)
    await page.getByRole('button', { name: 'Step writer' }).click()
    await page.locator('.place', { hasText: '11 of 11' }).waitFor()
    await page.getByRole('heading', { level: 1, name: /No failure so far/ }).waitFor()
    await page.getByRole('button', { name: 'Undo' }).click()
    await page.locator('.place', { hasText: '10 of 188' }).waitFor()
    await page.getByRole('heading', { level: 1, name: /BUG_ON/ }).waitFor()
  })

  test('begins with nothing, lets it run on, and says at once when a failure is reached', async ({ web }) => {
    const page = await web.open('#page=race&race=writeback-wakeup&program=reuse-by-truncate&schedule=h1:0-c_3-4o_0-5&cursor=185&show=tasks')
    await page.locator('.place', { hasText: '185 of 185' }).waitFor()
    await page.getByRole('button', { name: 'Step writer' }).click()
    await page.locator('.place', { hasText: '186 of 186' }).waitFor()
    await page.getByRole('button', { name: 'Let it run on' }).click()
    await page.getByRole('heading', { level: 1, name: /BUG_ON/ }).waitFor()
    expect(await stepShown(page)).toBe('188 of 188')
    const fresh = await web.open('#page=race&race=writeback-wakeup&program=reuse-by-truncate&schedule=h1:&cursor=0&show=tasks')
    await fresh.getByRole('button', { name: 'Let it run on' }).click()
    await fresh.locator('.ending', { hasText: 'Everything has finished' }).waitFor()
  })
})

describe('what if', () => {
  test('the fix hugh-2 were applied here: where the two part, side by side', async ({ web }) => {
    const page = await web.open(`${WRITEBACK}&cursor=127&show=what-if`)
    await page.getByRole('checkbox', { name: /^hugh-2/ }).check()
    const panel = page.getByRole('tabpanel')
    await panel.getByText('The two part at step 6').waitFor()
    expect(await panel.innerText()).toContain('This schedule does not lead to a failure any more.')
    expect(await panel.getByRole('region', { name: 'This trace' }).innerText()).toContain('page PG_reclaim = 0')
    expect(await panel.getByRole('region', { name: 'With hugh-2' }).innerText()).toContain('page.refcount 2->3')
    await panel.getByRole('button', { name: 'Show where they part' }).click()
    await page.locator('.place', { hasText: '5 of 188' }).waitFor()
    await panel.getByRole('link', { name: 'Go on in the other trace' }).click()
    await page.waitForURL(/fixes=hugh-2/)
    await page.locator('.trace-head', { hasText: 'v5.10-rc5 + hugh-2' }).waitFor()
  })

  test('is not the end of it: on the same page, whether the fix is enough', async ({ web }) => {
    const page = await web.open('#page=race&race=truncate-fault&program=last-page&schedule=h1:&show=what-if')
    await page.getByRole('checkbox', { name: /pagecache-isize-extended/ }).check()
    const question = page.getByRole('region', { name: 'Is it enough?' })
    await question.getByRole('button', { name: 'Explore every interleaving' }).click()
    await question.getByRole('button', { name: 'Explored' }).waitFor()
    expect(await question.innerText()).toContain('Holds. Every state was explored; no failure is reachable.')
  })
})
