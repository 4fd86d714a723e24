/** What is said of an impossible question beside that it is impossible. */
import { describe, expect, test } from 'vitest'
import { runToEnd } from '../../../src/engine/explore.js'
import { load, program } from '../../../src/engine/program.js'
import { replay } from '../../../src/engine/trace.js'
import { programNamed } from '../../../src/races/blocks.js'
import { without } from '../../../src/races/drafts.js'
import type { RaceProgram } from '../../../src/races/race.js'
import { races } from '../../../src/races/index.js'
import { answerText } from '../../../src/report/answer-text.js'
import { NameMatcher } from '../../../src/diagram/names.js'
import { readDiagram } from '../../../src/diagram/read.js'
import { guardSets } from '../../../src/diagram/search/guard-sets.js'
import { questionOf } from '../../../src/diagram/search/question-of.js'
import { search } from '../../../src/diagram/search/search.js'
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
/** Each of two tasks holds two locks while it writes. */
const TWICE_LOCKED: RaceProgram = {
  name: 'twice locked',
  summary: '',
  build(_configuration, removed = []) {
    return program('twice locked', (world) => {
      const counter = world.cell('counter', 0)
      const locks = [world.spinlock('m.ptl'), world.spinlock('f.i_pages')]
      const { read, write } = world.functions({ read: () => counter.get(), write: (value: number) => counter.set(value) })
      const { update } = world.functions({
        update: () => {
          for (const lock of locks) lock.lock()
          write(read() + 1)
          for (const lock of locks) lock.unlock()
        },
      })
      world.task('A', () => update())
      world.task('B', () => update())
    }, without(removed).options)
  },
}
const WRITES_BETWEEN = `
CPU1                                CPU2

update()
  read()
                                    write()
  write()
`
const SC = { kernel: '', fixes: [], fs: 'ext4', memory: 'sc' } as const

describe('the smallest sets of guards', () => {
  test('a lock that keeps the next row out is found', () => {
    const { guards } = answerTo(LOCKED, 'madv-free-direct-io/simple-read')
    expect(guards?.sets.map((set) => set.map(({ name }) => name))).toEqual([['the page table lock']])
    expect(guards?.tried).toHaveLength(1)
  })

  test('two that are needed together are found where no one is enough, after all single ones were tried', () => {
    const { question } = questionOf(readDiagram(WRITES_BETWEEN), new NameMatcher({ functions: ['update', 'read', 'write'] }))
    const { verdict, used } = runToEnd(search(TWICE_LOCKED.build(SC), question))
    expect(verdict).toBe('impossible')
    const { sets, tried } = runToEnd(guardSets(TWICE_LOCKED, SC, question, used, null, {}))
    expect(sets.map((set) => set.map(({ name }) => name))).toEqual([['the page table lock', 'the i_pages lock']])
    expect(tried.map(({ size }) => size)).toEqual([1, 2])
    expect(tried[0]).toMatchObject({ tried: tried[0]?.of, exhausted: tried[0]?.of })
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

  test('is not looked for where there are too many rows, and the answer comes all the same', () => {
    const rows = Array.from({ length: 100 }, () => 'lock_page()\n                    unlock_page()\n').join('')
    const answer = answerTo(`CPU1                CPU2\n\n${rows}`, 'writeback-wakeup/lock-handoff')
    expect(answer).toMatchObject({ answer: 'impossible', nearest: null })
  })

  test('is not looked for where the diagram is possible as it is', () => {
    const possible = answerTo(LOCKED.replace(/^take.*\n/m, ''), 'madv-free-direct-io/simple-read')
    expect(possible).toMatchObject({ answer: 'possible', nearest: null, guards: null })
  })
})
