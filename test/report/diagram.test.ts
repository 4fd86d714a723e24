import { describe, expect, test } from 'vitest'
import { diagram } from '../../src/report/diagram.js'
import { lockInversion, lostUpdate, manyTasks, staleWakeup } from './fixtures.js'

const TRACES = {
  'stale-wakeup': staleWakeup(),
  'lock-inversion': lockInversion(),
  'lost-update': lostUpdate(),
  'three-long-names': manyTasks(3),
  'six-long-names': manyTasks(6),
}

describe('diagrams', () => {
  test.each(Object.entries(TRACES))('%s', async (name, trace) => {
    await expect(`${diagram(trace)}\n`).toMatchFileSnapshot(`golden/${name}.diagram.txt`)
  })

  test.each(Object.entries(TRACES))('%s fits an email', (_name, trace) => {
    for (const line of diagram(trace).split('\n')) {
      expect(line.length).toBeLessThanOrEqual(72)
      expect(line).toMatch(/^[\x20-\x7e]*$/)
      expect(line).not.toMatch(/ $/)
      // What git takes for the end of a commit message.
      expect(line).not.toMatch(/^---/)
    }
  })

  test('the race of the thread takes no more lines than a person would draw', () => {
    expect(diagram(staleWakeup()).split('\n').length).toBeLessThanOrEqual(29)
  })

  test('asked for narrow lines, columns give way to blocks', () => {
    expect(diagram(staleWakeup(), { width: 50 })).toContain('--- fsync ---')
  })

  test('a call is written once, however often its task is switched away from', () => {
    expect(diagram(staleWakeup()).match(/end_page_writeback\(/g)).toHaveLength(1)
  })

  test('hidden steps are counted', () => {
    const text = diagram(staleWakeup())
    const [, hidden, all] = /\((\d+) of (\d+) steps not shown\)/.exec(text) ?? []
    expect(Number(all)).toBe(staleWakeup().steps)
    expect(Number(hidden)).toBeGreaterThan(0)
  })
})
