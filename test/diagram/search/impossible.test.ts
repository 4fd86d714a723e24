/** What is said of an impossible question beside that it is impossible. */
import { describe, expect, test } from 'vitest'
import { load } from '../../../src/engine/program.js'
import { replay } from '../../../src/engine/trace.js'
import { programNamed } from '../../../src/races/blocks.js'
import { races } from '../../../src/races/index.js'
import { answerText } from '../../../src/report/answer-text.js'
import { writeDiagram } from '../../../src/diagram/write.js'
import { answerTo } from '../answers/question.js'

/** The page table lock is taken by another task while reclaim has it. */
const LOCKED = `
CPU1                                CPU2

                                    try_to_unmap_one()
                                      take the page table lock
take the page table lock
                                      release the page table lock
`
/** Direct reclaim after the read, in one call of shrink_page_list that unmaps the page and writes it. */
const UNMAPS_AND_WRITES = `
CPU1                                CPU2

get_user_pages_fast()
                                    shrink_page_list()
                                      try_to_unmap(page)
                                      pageout(page)
`

describe('the smallest sets of guards', () => {
  test('a lock that keeps the next row out is found', () => {
    const { guards } = answerTo(LOCKED, 'madv-free-direct-io/simple-read')
    expect(guards?.sets.map((set) => set.map(({ name }) => name))).toEqual([['the page table lock']])
    expect(guards?.tried).toHaveLength(1)
  })

  test('two that are needed together are found where no one is enough, after all single ones were tried', () => {
    const { answer, guards } = answerTo(UNMAPS_AND_WRITES, 'dirty-without-buffers/direct-read+kswapd')
    expect(answer).toBe('impossible')
    expect(guards?.tried.map(({ size }) => size)).toEqual([1, 2])
    for (const set of guards?.sets ?? []) expect(set).toHaveLength(2)
    expect(guards?.sets.flat().map(({ name }) => name).join()).toContain('page_check_references')
  })
})

describe('the nearest order that is possible', () => {
  const answered = answerTo(LOCKED, 'madv-free-direct-io/simple-read')
  const { nearest } = answered

  test('is the diagram with the fewest steps moved, and possible when it is asked', () => {
    expect(nearest?.moved).toHaveLength(1)
    const again = answerTo(writeDiagram(nearest?.diagram ?? expect.fail()), 'madv-free-direct-io/simple-read')
    expect(again.answer).toBe('possible')
  })

  test('has an execution that replays', () => {
    const race = races.find(({ name }) => name === 'madv-free-direct-io') ?? expect.fail()
    const program = programNamed(race, answered.program) ?? expect.fail()
    const built = program.build({ kernel: race.kernels[0] ?? '', fixes: [], fs: 'ext4', memory: 'sc' })
    expect(load(built).tasks.length).toBeGreaterThan(1)
    expect(replay(built, nearest?.schedule ?? '').steps).toBeGreaterThan(0)
  })

  test('is shown with what was moved where', () => {
    const text = answerText(answered, { race: 'madv-free-direct-io', isOne: true, options: [], seconds: 0 })
    expect(text).toMatch(/It is impossible because of the page table lock: if that is left out, it\s+is possible\./)
    expect(text).toMatch(/The nearest order that was found to be possible, with 1 step moved:\n- line \d+ \(.*\) comes after line \d+/)
  })

  test('is not looked for where the diagram is possible as it is', () => {
    const possible = answerTo(LOCKED.replace(/^take.*\n/m, ''), 'madv-free-direct-io/simple-read')
    expect(possible).toMatchObject({ answer: 'possible', nearest: null, guards: null })
  })
})
