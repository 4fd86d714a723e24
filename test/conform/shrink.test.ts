import { describe, expect, test } from 'vitest'
import { generate, mainWordsAtMost } from '../../src/conform/generate.js'
import { MAIN_PAGES_MAX, PAGE_WORDS } from '../../src/conform/geometry.js'
import type { Sequence } from '../../src/conform/sequence.js'
import { shrink } from '../../src/conform/shrink.js'

describe('shrinking', () => {
  test('leaves the steps that matter, and only those', () => {
    const names = (sequence: Sequence): readonly string[] => sequence.steps.map((step) => step.op)
    const shows = (sequence: Sequence): boolean => names(sequence).indexOf('store') < names(sequence).lastIndexOf('fsync') && names(sequence).includes('store')
    const found = Array.from({ length: 50 }, (_, seed) => generate(seed)).filter(shows)
    expect(found.length).toBeGreaterThan(5)
    for (const sequence of found) expect(names(shrink(sequence, shows))).toEqual(['store', 'fsync'])
  })

  test('tries nothing that would grow the file beyond what is observed', () => {
    for (let seed = 0; seed < 100; seed++) {
      shrink(generate(seed), ({ steps }) => {
        expect(mainWordsAtMost(steps)).toBeLessThanOrEqual(MAIN_PAGES_MAX * PAGE_WORDS)
        return steps.length > 3
      })
    }
  })

  test('never comes to nothing', () => {
    expect(shrink(generate(1), () => true).steps).toHaveLength(1)
  })
})
