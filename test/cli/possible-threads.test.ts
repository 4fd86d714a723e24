/** `heddle possible --mbox` over the threads as they are kept beside the checkout; where they are not, there is nothing to ask. */
import { existsSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { heddle } from '../support/run-cli.js'

const FOLDER = fileURLToPath(new URL('../../../shared/threads/', import.meta.url))

describe.skipIf(!existsSync(FOLDER))('the threads', () => {
  test.each([
    [
      'ext4-page-writeback-bug-2020.txt',
      ['--race', 'writeback-wakeup'],
      [/^Matthew Wilcox, 2020-11-24 18:33 .*possible in /, /^Matthew Wilcox, 2020-11-24 20:15 .*possible in /, /^Jan Kara, 2020-11-25 9:20 .*possible in /],
    ],
    [
      'madv-free-direct-io-2022.txt',
      ['--race', 'madv-free-direct-io', '--fix', 'mapcount-first'],
      [/CPU0\/Process A \| CPU1\/Process B +possible in fork-during-dontneed/],
    ],
  ])('%s: every diagram is found once, and answered', async (file, options, expected) => {
    const { code, stdout } = await heddle(['possible', path.join(FOLDER, file), '--mbox', ...options])
    expect(code).toBe(0)
    const [, ...rows] = stdout.trimEnd().split('\n')
    expect(rows).toHaveLength(expected.length)
    rows.forEach((row, at) => expect(row).toMatch(expected[at] ?? /^$/))
  })

  test.each(['hole-punch-mmap-2012.txt', 'dirty-pages-without-buffers-2018.txt'])('%s is kept without its line breaks, and that is said', async (file) => {
    const { code, stderr } = await heddle(['possible', path.join(FOLDER, file), '--mbox', '--race', 'hole-punch-fault'])
    expect(code).toBe(2)
    expect(stderr).toContain('the line breaks of the text are lost')
  })

  test('dax-flag-switch-2017.txt has no diagram', async () => {
    const { code, stderr } = await heddle(['possible', path.join(FOLDER, 'dax-flag-switch-2017.txt'), '--mbox', '--race', 'dax-flag-switch'])
    expect(code).toBe(2)
    expect(stderr).toContain('no mail has a diagram')
  })
})
