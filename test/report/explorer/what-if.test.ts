import { describe, expect, test } from 'vitest'
import { program, replay, type Program } from '../../../src/engine/index.js'
import { whatIf } from '../../../src/engine/what-if.js'
import { races } from '../../../src/races/index.js'
import { situation } from '../../../src/report/explorer/situation.js'
import { programOf } from '../../races/support.js'
import { caught, lostUpdate, ownPrograms } from './support.js'

const locked = program('locked', (world) => {
  const counter = world.cell('counter', 0)
  const lock = world.mutex('lock')
  for (const name of ['A', 'B'])
    world.task(name, () => {
      lock.lock()
      const seen = counter.get()
      counter.set(seen + 1)
      lock.unlock()
    })
  world.finally(() => world.assert(counter.get() === 2, 'an update was lost'))
})

const careful = program('careful', (world) => {
  const counter = world.cell('counter', 0)
  world.task('A', () => counter.set(counter.get() + 1))
  world.task('B', () => world.yield('B has nothing to do'))
})

/** The race of the thread, and its program with a fix. */
function writeback(fixes: readonly string[]): Program {
  const race = races.find(({ name }) => name === 'writeback-wakeup')
  if (race === undefined) throw new Error('no such race')
  return programOf(race, 'reuse-by-truncate', { fixes })
}

describe('what if a fix were applied', () => {
  test('the same program does the same to the end', () => {
    for (const subject of ownPrograms.filter(({ name }) => name !== 'choosing')) {
      const { schedule } = caught(subject)
      const { steps } = situation(subject, schedule).recording
      expect(whatIf(subject, subject, schedule)).toEqual({
        token: schedule,
        parts: null,
        stops: null,
        added: 0,
        dropped: 0,
        counterparts: steps.map((_step, at) => at),
      })
    }
  })

  test('a lock makes the second task wait: there the schedule stops, and it says for whom', () => {
    const answer = whatIf(lostUpdate, locked, 'h1:0-_1-2_0-')
    expect(answer.parts).toEqual({ at: 0, task: 0, reason: 'other step', text: 'A does lock.mutex_lock() where it did counter.get()' })
    expect(answer.stops).toEqual({ at: 1, task: 1, reason: 'waits', text: 'B waits for lock held by A' })
    expect(answer).toMatchObject({ token: 'h1:0-2', added: 1, dropped: 0, counterparts: [1, -1, -1, -1] })
  })

  test('steps that the other program does not have are left out', () => {
    const answer = whatIf(locked, lostUpdate, 'h1:0-4_1-4')
    expect(answer).toMatchObject({ token: 'h1:0-2_1-2', stops: null, added: 0, dropped: 4, counterparts: [-1, 0, 1, -1, -1, 2, 3, -1] })
  })

  test('a task that goes another way altogether ends it', () => {
    const answer = whatIf(lostUpdate, careful, 'h1:0-_1-2_0-')
    expect(answer.stops).toEqual({ at: 1, task: 1, reason: 'other step', text: 'B does yield(B has nothing to do) where it did counter.get()' })
    const alone = program('alone', (world) => void world.task('A', () => world.yield('')))
    expect(whatIf(lostUpdate, alone, 'h1:1-').stops).toMatchObject({ reason: 'not started' })
  })

  test('the thread’s fix keeps the page, so that the task that freed it goes another way', () => {
    const subject = writeback([])
    const { schedule } = caught(subject)
    const fixed = writeback(['hugh-2'])
    const answer = whatIf(subject, fixed, schedule)
    expect(answer.parts?.text).toBe('bio-1 does page.refcount.inc() in get_page where it did page.flags.test(PG_reclaim)')
    expect(answer.stops?.task).toBe(3)
    expect(situation(fixed, answer.token).recording.failures).toEqual([])
  })

  test('a fix that does not help is followed to the same failure', () => {
    const subject = writeback([])
    const { schedule, message } = caught(subject)
    const other = writeback(['while-in-wait'])
    const { token, stops } = whatIf(subject, other, schedule)
    expect(stops).toBeNull()
    expect(replay(other, token).failure?.message).toBe(message)
  })

  test('every answer is a schedule of the other program', () => {
    const subject = writeback([])
    const { schedule } = caught(subject)
    for (const fix of races.find(({ name }) => name === 'writeback-wakeup')?.fixes ?? []) {
      if (!fix.kernels.includes('v5.10-rc5')) continue
      const other = writeback([fix.name])
      const { token, counterparts } = whatIf(subject, other, schedule)
      const steps = situation(other, token).recording.steps.length
      expect(counterparts.filter((at) => at >= steps)).toEqual([])
      expect([...counterparts.filter((at) => at >= 0)]).toEqual([...counterparts.filter((at) => at >= 0)].sort((a, b) => a - b))
    }
  })

  test('refuses a schedule that is not of the program', () => {
    expect(() => whatIf(lostUpdate, locked, 'h1:0-9')).toThrow('cannot go on at step 3')
  })
})
