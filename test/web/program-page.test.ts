import type { Page } from 'playwright-core'
import { describe, expect } from 'vitest'
import { test } from './support/browser.js'

/** Programs of the user's own. */

async function write(page: Page, text: string): Promise<void> {
  await page.locator('.cm-content').click()
  await page.keyboard.press('Control+a')
  await page.evaluate((content) => navigator.clipboard.writeText(content), text)
  await page.keyboard.press('Control+v')
}

const PROGRAM = `import { program } from 'heddle/engine'

export default program('mine', (world) => {
  const done = world.cell('done', false)
  world.task('first', () => done.set(true))
  world.task('second', () => world.assert(done.get(), 'too early'))
})
`

describe("a program of one's own", () => {
  test('begins with an example, is explored, and its failure is shown step by step', async ({ web }) => {
    const page = await web.open('#page=program')
    await page.locator('.cm-content').waitFor()
    await page.getByLabel('Start from').selectOption('lost-update')
    await page.getByRole('button', { name: 'Explore every interleaving' }).click()
    await page.locator('.headline', { hasText: 'Race. 1 failure.' }).waitFor()
    expect(await page.locator('.bounds').innerText()).toMatch(/12 states, 14 steps/)
    await page.getByRole('link', { name: /assertion failed/ }).click()
    await page.locator('.ending', { hasText: 'an update was lost' }).waitFor()
    await page.keyboard.press('End')
    await page.locator('.state', { hasText: /counter\s*1/ }).waitFor()
    await page.getByRole('link', { name: 'Your program' }).click()
    await page.locator('.cm-content', { hasText: 'lost update' }).waitFor()
  })

  test('is typed, with errors in place and completion', async ({ web }) => {
    const page = await web.open('#page=program')
    await page.locator('.cm-content').waitFor()
    await write(page, PROGRAM.replace("'done', false", "'done'"))
    await page.locator('.cm-lintRange-error').first().waitFor()
    await write(page, PROGRAM.replace('world.cell', 'world.'))
    await page.locator('.cm-line', { hasText: 'world.(' }).click()
    await page.keyboard.press('Home')
    for (let key = 0; key < 'const done = world.'.length; key++) await page.keyboard.press('ArrowRight')
    await page.keyboard.press('Control+Space')
    await page.locator('.cm-tooltip-autocomplete', { hasText: 'rwsem' }).waitFor()
    await page.keyboard.type('cel')
    await page.locator('.cm-tooltip-autocomplete [aria-selected]', { hasText: 'cell' }).waitFor()
    await page.keyboard.press('Enter')
    await page.locator('.cm-line', { hasText: "world.cell('done', false)" }).waitFor()
    await page.locator('.cm-lintRange-error').first().waitFor({ state: 'detached' })
  })

  test('is in the link, and opens from it on the exact step', async ({ web }) => {
    const page = await web.open('#page=program')
    await page.locator('.cm-content').waitFor()
    await write(page, PROGRAM)
    await page.waitForURL(/text=/)
    await page.keyboard.press('Control+Enter')
    await page.locator('.headline', { hasText: 'Race.' }).waitFor()
    await page.getByRole('link', { name: /assertion failed/ }).click()
    await page.locator('.place').waitFor()
    await page.keyboard.press('End')
    await page.waitForURL(/cursor=1/)
    const other = await web.open(page.url().slice(page.url().indexOf('#')))
    await other.locator('.place', { hasText: '1 of 1' }).waitFor()
    expect(await other.locator('.trace-head').innerText()).toContain('too early')
  })

  test('that is wrong is told what is wrong, and where', async ({ web }) => {
    const page = await web.open('#page=program')
    await page.locator('.cm-content').waitFor()
    await write(page, PROGRAM.replace("'mine', (", "'mine' ("))
    await page.getByRole('button', { name: 'Explore every interleaving' }).click()
    await page.locator('.headline', { hasText: /line 3/ }).waitFor()
    await write(page, 'export default 1\n')
    await page.getByRole('button', { name: 'Explore every interleaving' }).click()
    await page.locator('.headline', { hasText: 'no default export that is one' }).waitFor()
  })

  test('that hangs can be stopped, and another one explored afterwards', async ({ web }) => {
    const page = await web.open('#page=program')
    await page.locator('.cm-content').waitFor()
    await write(page, PROGRAM.replace("const done = world.cell('done', false)", "for (;;) world.name\n  const done = world.cell('done', false)"))
    await page.getByRole('button', { name: 'Explore every interleaving' }).click()
    await page.getByRole('button', { name: 'Stop' }).click()
    await page.locator('.headline', { hasText: 'without ever taking a step' }).waitFor()
    await write(page, PROGRAM)
    await page.getByRole('button', { name: 'Explore every interleaving' }).click()
    await page.locator('.headline', { hasText: 'Race.' }).waitFor()
  })
})
