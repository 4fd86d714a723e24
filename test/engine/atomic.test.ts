/** Atomic functions: one step, whatever they touch. */
import { describe, expect, test } from 'vitest'
import { explore, program, ProgramError, replay, type Program } from 'heddle/engine'

function twoIncrements(atomic: boolean): Program {
  return program('increments', (world) => {
    const x = world.cell('x', 0)
    const seen = world.cell('seen', 0)
    const body = (by: number): number => {
      const before = x.get()
      seen.set(before)
      x.set(before + by)
      return before
    }
    const increment = atomic ? world.atomic('increment', body) : world.fn('increment', body)
    world.task('A', () => void increment(1))
    world.task('B', () => void increment(2))
    world.finally(() => world.assert(x.get() === 3, 'an update was lost'))
  })
}

describe('an atomic function', () => {
  test('is one step: no other task gets in between', () => {
    expect(explore(twoIncrements(false)).verdict).toBe('race')
    const result = explore(twoIncrements(true))
    expect(result.verdict).toBe('holds')
    expect(result.steps).toBe(4)
    expect(explore(twoIncrements(true), { reduction: false }).verdict).toBe('holds')
    expect(explore(twoIncrements(true), { method: 'reduced' }).verdict).toBe('holds')
  })

  test('reports accesses to freed objects, in the task that called it', () => {
    const subject = program('freed', (world) => {
      const pool = world.pool('page', 1, (make) => ({ word: make.cell('word', 0) }))
      const page = pool.alloc()
      if (page === null) throw new RangeError('no page')
      const load = world.atomic('load', () => page.word.get())
      world.task('A', () => void load())
      world.task('B', () => pool.free(page))
    })
    const result = explore(subject)
    expect(result.failures.map(({ kind, task }) => [kind, task])).toEqual([['use-after-free', 'A']])
    const [failure] = result.failures
    if (failure === undefined) throw new Error('no failure')
    const step = replay(subject, failure.schedule, failure).events.find((event) => event.type === 'step' && event.op === 'load')
    expect(step).toMatchObject({ op: 'load', failures: [{ kind: 'use-after-free' }] })
  })

  test('must not wait, and must not fail', () => {
    const waits = program('waits', (world) => {
      const lock = world.spinlock('lock')
      const both = world.atomic('both', () => lock.lock())
      world.task('A', () => {
        both()
        lock.unlock()
      })
      world.task('B', () => {
        both()
        lock.unlock()
      })
    })
    expect(() => explore(waits)).toThrow(ProgramError)
    const fails = program('fails', (world) => {
      const check = world.atomic('check', () => world.assert(false, 'no'))
      world.task('A', () => check())
    })
    expect(() => explore(fails)).toThrow('atomic function check failed: no')
  })

  test('leaves a program without partial orders to exhaust', () => {
    expect(() => explore(twoIncrements(true), { method: 'dpor' })).toThrow(ProgramError)
  })
})

describe('an observation', () => {
  test('is no step: it takes place together with the step before it', () => {
    const subject = program('observed', (world) => {
      const x = world.cell('x', 0)
      const expected = world.cell('expected', 0)
      const wrote = world.observation('wrote', (value: number) => expected.set(value))
      const check = world.observation('check', (seen: number) => {
        if (seen !== expected.get()) world.warn('data-lost', 'not what was written last')
      })
      for (const value of [1, 2]) {
        world.task(`writer ${value}`, () => {
          x.set(value)
          wrote(value)
        })
      }
      world.task('reader', () => check(x.get()))
    })
    const result = explore(subject)
    expect(result.verdict).toBe('holds')
    expect(result.steps).toBe(explore(program('unobserved', (world) => {
      const x = world.cell('x', 0)
      for (const value of [1, 2]) world.task(`writer ${value}`, () => x.set(value))
      world.task('reader', () => void x.get())
    }), { reduction: false }).steps)
  })

  test('may call, and be called by, atomic functions; failures are those of the task that called', () => {
    const subject = program('nested', (world) => {
      const x = world.cell('x', 0)
      const inner = world.atomic('inner', () => x.get())
      const outer = world.observation('outer', () => {
        if (inner() === 0) world.warn('assertion', 'seen')
      })
      world.task('A', () => {
        x.set(0)
        outer()
      })
    })
    expect(explore(subject).failures.map(({ kind, task, message }) => [kind, task, message])).toEqual([['assertion', 'A', 'seen']])
  })
})
