import { describe, expect } from 'vitest'
import { races } from '../../src/races/index.js'
import { test } from './support/browser.js'

/** The page of a race: what it is about, whether it is there, what every fix does about it. */

describe('the first page', () => {
  test('has every race, in a sentence', async ({ web }) => {
    const page = await web.open()
    await page.locator('.races li').nth(7).waitFor()
    expect(await page.locator('.races li').count()).toBe(8)
    await page.getByRole('link', { name: 'The wake-up at the end of writeback' }).click()
    await page.getByRole('heading', { level: 1, name: /wake-up at the end of writeback/ }).waitFor()
    expect(page.url()).toContain('race=writeback-wakeup')
  })

  test('says when a link can not be read, or names a race that is not there', async ({ web }) => {
    const page = await web.open('#page=race&race=nothing')
    expect(await page.getByRole('alert').innerText()).toContain('no race named nothing')
    const broken = await web.open('#page=race&race=writeback-wakeup&cursor=x')
    expect(await broken.getByRole('alert').innerText()).toContain('could not be read')
  })
})

describe('the page of a race', () => {
  const programs = races.find(({ name }) => name === 'truncate-fault')?.programs.length ?? 0

  test('explores every program and says what was explored, with progress', async ({ web }) => {
    const page = await web.open('#page=race&race=truncate-fault')
    expect(await page.getByRole('status').first().innerText()).toContain('Not explored yet')
    await page.getByRole('button', { name: 'Explore every interleaving' }).click()
    await page.getByRole('button', { name: 'Explored' }).waitFor()
    const verdict = page.locator('.check .verdict')
    const headline = await verdict.locator('.headline').innerText()
    expect(headline).toMatch(/^Race\. \d+ failures? in \d of \d+ programs\.$/)
    expect(headline).toContain(`of ${programs} programs`)
    expect(await verdict.innerText()).toMatch(/[\d,]{5,} states, [\d,]+ steps, in \d+ of \d+ programs/)
    expect(await verdict.innerText()).toContain(`in ${programs} of ${programs} programs`)
    expect(await verdict.innerText()).toContain('at most 10,000,000 states a program, not reached')
    expect(await verdict.innerText()).toMatch(/two states were taken for one: \d/)
    expect(await page.getByRole('progressbar').getAttribute('aria-valuenow')).toBe(String(programs))
  })

  test('applies a fix, and says that it holds only with what was explored', async ({ web }) => {
    const page = await web.open('#page=race&race=truncate-fault')
    await page.getByRole('checkbox', { name: /pagecache-isize-extended/ }).check()
    expect(page.url()).toContain('fixes=pagecache-isize-extended')
    await page.getByRole('button', { name: 'Explore every interleaving' }).click()
    await page.getByRole('button', { name: 'Explored' }).waitFor()
    expect(await page.locator('.check .headline').innerText()).toBe('Holds. Every state was explored; no failure is reachable.')
    expect(await page.locator('.programs [data-verdict=holds]').count()).toBe(programs)
  })

  test('says unknown where a limit is reached, and which', async ({ web }) => {
    const page = await web.open('#page=race&race=madv-free-direct-io&fixes=v3')
    await page.getByLabel('at most').selectOption({ label: '100,000 states a program' })
    await page.getByRole('button', { name: 'Explore every interleaving' }).click()
    await page.locator('.programs [data-verdict=unknown]').first().waitFor()
    await page.getByRole('button', { name: 'Stop' }).click()
    await page.getByRole('button', { name: 'Explore every interleaving' }).waitFor()
    expect(await page.locator('.bounds').innerText()).toContain('the limit of 100,000 states a program')
  })

  test('stops when told to, and keeps what is known by then', async ({ web }) => {
    const page = await web.open('#page=race&race=writeback-wakeup')
    await page.getByRole('button', { name: 'Explore every interleaving' }).click()
    await page.locator('.programs [data-verdict=race]').first().waitFor()
    await page.getByRole('button', { name: 'Stop' }).click()
    await page.getByRole('button', { name: 'Explore every interleaving' }).waitFor()
    expect(await page.locator('.check .headline').innerText()).toMatch(/so far.*there may be more/)
  })

  test('nothing below moves while it runs', async ({ web }) => {
    const page = await web.open('#page=race&race=truncate-fault')
    const matrix = page.locator('.matrix')
    const before = await matrix.boundingBox()
    await page.getByRole('button', { name: 'Explore every interleaving' }).click()
    await page.getByRole('button', { name: 'Explored' }).waitFor()
    expect((await matrix.boundingBox())?.y).toBe(before?.y)
  })

  test('fills the matrix by exploring, with the claims of the thread beside it', async ({ web }) => {
    const page = await web.open('#page=race&race=truncate-fault')
    const cells = page.locator('.matrix .cell')
    expect(await cells.first().getAttribute('data-verdict')).toBe('pending')
    await page.getByRole('button', { name: 'Fill the matrix' }).click()
    await page.locator('.matrix [role=status]', { hasText: '2 of 2 rows' }).waitFor()
    const verdicts = await cells.evaluateAll((all) => all.map((cell) => cell.getAttribute('data-verdict')))
    expect(verdicts).toContain('race')
    expect(verdicts.slice(verdicts.length / 2).every((verdict) => verdict === 'holds')).toBe(true)
    await page.locator('.cell[data-verdict=race]').first().click()
    await page.locator('.details', { hasText: /Race:.*program/s }).waitFor()
    await page.locator('.details a').click()
    await page.locator('.lane-rows li').first().waitFor()
  })

  test('shows who claimed what in the thread', async ({ web }) => {
    const page = await web.open('#page=race&race=writeback-wakeup')
    await page.getByRole('button', { name: /^hugh-2, bug-on-writeback/ }).click()
    await page.locator('.details', { hasText: 'Hugh Dickins, 24 Nov 2020 16:46: it closes this.' }).waitFor()
    expect(await page.locator('.details').innerText()).toContain('Not explored yet.')
  })
})
