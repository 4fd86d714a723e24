import { describe, expect, test } from 'vitest'
import { count, ProgressMeter } from '../../src/cli/progress.js'

interface Tried {
  readonly meter: ProgressMeter
  /** What is written for news at this time. */
  readonly at: (ms: number) => string
  readonly clear: () => string
  readonly take: () => string
}

function meter(isTerminal: boolean, total = 1): Tried {
  let now = 0
  let written = ''
  const output = { write: (text: string) => void (written += text), isTerminal, columns: 80 }
  const made = new ProgressMeter(output, total, () => now)
  const take = (): string => {
    const text = written
    written = ''
    return text
  }
  return {
    meter: made,
    take,
    at: (ms) => {
      now = ms
      made.update('race/program', { phase: 'exploring', states: 2_000_000, steps: 0, depth: 41, queue: 12, failures: 1 }, ms / 1000)
      return take()
    },
    clear: () => {
      made.clear()
      return take()
    },
  }
}

describe('progress', () => {
  test('is silent for the first second', () => {
    expect(meter(false).at(999)).toBe('')
  })

  test('is a plain line now and then where there is no terminal', () => {
    const { at, clear } = meter(false)
    expect(at(2000)).toBe('race/program: exploring, 2.00M states (1.00M/s), depth 41, queue 12, 1 failure, 2 s\n')
    expect(at(11_000)).toBe('')
    expect(at(12_000)).toMatch(/12 s\n$/)
    expect(clear()).toBe('')
  })

  test('overwrites one line on a terminal and takes it away at the end', () => {
    const { at, clear } = meter(true)
    const first = at(1000)
    expect(first).toMatch(/^\r\u001b\[K/)
    expect(first).not.toContain('\n')
    expect(first.length).toBeLessThanOrEqual(4 + 79)
    expect(at(1100)).toBe('')
    expect(at(1200)).not.toBe('')
    expect(clear()).toBe('\r\u001b[K')
    expect(clear()).toBe('')
  })

  test('says how many programs are done', () => {
    const several = meter(false, 3)
    several.meter.programDone('race/other', [])
    expect(several.at(1000)).toMatch(/^1\/3 done, race\/program: /)
  })

  test('says at once what one of several programs has shown, on a terminal', () => {
    const failure = { kind: 'bug-on', where: 'end_page_writeback', message: 'm', task: 't' } as const
    const on = meter(true, 3)
    on.meter.programDone('race/program', [failure, failure])
    expect(on.take()).toBe('race/program: bug-on in end_page_writeback and 1 more\n')
    on.meter.programDone('race/other', [])
    expect(on.take()).toBe('')
    const off = meter(false, 3)
    off.meter.programDone('race/program', [failure])
    expect(off.take()).toBe('')
  })

  test('rounds numbers', () => {
    const rounded = [0, 999, 999.6, 1234, 99_950, 999_499, 999_500, 12_345_678, 999_499_999, 5_000_000_000].map(count)
    expect(rounded).toEqual(['0', '999', '1.00k', '1.23k', '100k', '999k', '1.00M', '12.3M', '999M', '5.00G'])
  })
})
