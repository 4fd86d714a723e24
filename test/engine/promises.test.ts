/** What the engine promises about programs beside its verdicts: errors, bounds, memory, schedules. */
import { describe, expect, test } from 'vitest'
import { explore, program, ProgramError, randomWalks, replay, type Program, type World } from 'heddle/engine'

function lostUpdate(tasks: number, times: number): Program {
  return program('lost-update', (world) => {
    const x = world.cell('x', 0)
    const increment = world.fn('increment', () => x.set(x.get() + 1))
    for (let i = 0; i < tasks; i++) {
      world.task(`T${i}`, () => {
        for (let k = 0; k < times; k++) increment()
      })
    }
    world.finally(() => world.assert(x.get() === tasks * times, 'an update was lost'))
  })
}

function messageOf(run: () => unknown): string {
  try {
    run()
  } catch (error) {
    if (error instanceof ProgramError) return `${error.message}\n${error.hint}`
    throw error
  }
  throw new Error('nothing was thrown')
}

const twoTasks = (body: (world: World, x: { get(): number; set(n: number): void }) => () => void): Program =>
  program('two', (world) => {
    const x = world.cell('x', 0)
    const run = body(world, x)
    world.task('A', run)
    world.task('B', run)
  })

describe('a program that is wrong is told so', () => {
  test('a variable outside the tasks that decides what they do', () => {
    let calls = 0
    const message = messageOf(() =>
      explore(
        twoTasks((_world, x) => () => {
          calls++
          if (calls % 2 === 0) x.get()
          else x.set(1)
        }),
      ),
    )
    expect(message).toContain('not deterministic')
    expect(message).toContain('x.get()')
    expect(message).toContain('x.set(1)')
    expect(message).toContain('likely cause')
  })

  test('a catch block that swallows the signal by which a task is suspended', () => {
    const message = messageOf(() =>
      explore(
        twoTasks((_world, x) => () => {
          try {
            x.get()
          } catch {
            // Swallowed.
          }
          x.set(1)
        }),
      ),
    )
    expect(message).toContain('caught the signal')
  })

  test('a value that is no value of a tracked object', () => {
    const bad = program('bad', (world) => {
      world.cell('x', new Map())
    })
    expect(messageOf(() => explore(bad))).toContain('an untracked Map')
  })

  test('a condition that changes shared state', () => {
    const changing = program('changing', (world) => {
      const x = world.cell('x', 0)
      world.task('A', () => world.until(() => x.swap(1) === 1, 'x'))
    })
    expect(messageOf(() => explore(changing))).toContain('a condition changed shared state')
  })
})

describe('what a callee changes for its caller', () => {
  test('is kept when the callee has returned and is not run again', () => {
    const result = explore(
      program('own', (world) => {
        const x = world.cell('x', 0)
        const fill = world.fn('fill', (buffer: { set(value: number): void }) => buffer.set(x.get() + 7))
        world.task('A', () => {
          const buffer = world.own('buffer', 0)
          fill(buffer)
          x.get()
          world.assert(buffer.get() >= 7, 'the buffer is empty')
          x.get()
          world.assert(buffer.get() >= 7, 'the buffer is empty again')
        })
        world.task('B', () => x.set(1))
      }),
    )
    expect(result.verdict).toBe('holds')
  })

  test('private memory is no scheduling point', () => {
    const count = (extra: boolean): number =>
      explore(
        twoTasks((world, x) => () => {
          const mine = world.own('mine', 0)
          if (extra) for (let i = 0; i < 9; i++) mine.set(mine.get() + 1)
          x.set(mine.get())
        }),
        { reduction: false },
      ).steps
    expect(count(true)).toBe(count(false))
  })
})

describe('tasks', () => {
  test('can be started while the program runs, several times, each with its argument', () => {
    const result = explore(
      program('dynamic', (world) => {
        const sum = world.counter('sum', 0)
        const worker = world.task('worker', (n?: number) => sum.add(n ?? 0), { start: false, instances: 2 })
        world.task('starter', () => {
          worker.start(1)
          worker.start(10)
        })
        world.finally(() => world.assert(sum.get() === 11, 'a worker did not run'))
      }),
    )
    expect(result.verdict).toBe('holds')
  })

  test('an interrupt must not find a lock that was taken with interrupts on', () => {
    const withLock = (irqsafe: boolean): Program =>
      program('irq', (world) => {
        const lock = world.spinlock('lock')
        world.task('A', () => {
          if (irqsafe) lock.lockIrqsave()
          else lock.lock()
          if (irqsafe) lock.unlockIrqrestore()
          else lock.unlock()
        })
        world.task(
          'interrupt',
          () => {
            lock.lock()
            lock.unlock()
          },
          { context: 'irq' },
        )
      })
    expect(explore(withLock(true)).verdict).toBe('holds')
    expect(explore(withLock(false)).failures.map((failure) => failure.kind)).toEqual(['deadlock'])
  })
})

describe('states', () => {
  test('that differ only in a finished past are one', () => {
    expect(explore(lostUpdate(3, 4), { reduction: false }).states).toBe(42_237)
  })

  test('are as many with other fingerprints', () => {
    const [first, second] = [0, 12345].map((seed) => explore(lostUpdate(2, 3), { seed, reduction: false }))
    expect(second?.states).toBe(first?.states)
    expect(first?.falseMergeProbability).toBeLessThan(1e-12)
  })
})

describe('a bound', () => {
  test.each([
    ['max-states', { maxStates: 10 }],
    ['max-depth', { maxDepth: 3 }],
    ['interrupted', { poll: () => 'interrupted' as const }],
  ])('%s is the verdict unknown', (bound, options) => {
    const holding = program('holding', (world) => {
      const x = world.counter('x', 0)
      for (const name of ['A', 'B', 'C', 'D']) {
        world.task(name, () => {
          for (let i = 0; i < 6; i++) x.set(x.get())
        })
      }
    })
    const result = explore(holding, { reduction: false, ...options })
    expect([result.verdict, result.bound]).toEqual(['unknown', bound])
  })
})

describe('a schedule', () => {
  const [failure] = explore(lostUpdate(2, 1)).failures

  test('replays to its failure', () => {
    const trace = replay(lostUpdate(2, 1), failure?.schedule ?? '')
    expect(trace.failure?.message).toBe('an update was lost')
    expect([trace.contextSwitches, trace.steps]).toEqual([failure?.contextSwitches, failure?.steps])
  })

  test.each([
    ['nonsense', 'begins with h1:'],
    ['h1:0-1_?', 'cannot be read'],
    ['h1:7-1', 'does not fit the program'],
    ['h1:0-99', 'does not fit the program'],
  ])('%s is refused', (token, reason) => {
    expect(messageOf(() => replay(lostUpdate(2, 1), token))).toContain(reason)
  })
})

test('random schedules never say that a program holds', () => {
  const one = program('one', (world) => {
    const x = world.cell('x', 0)
    world.task('A', () => x.set(1))
  })
  for (const strategy of ['uniform', 'pct'] as const) {
    expect(randomWalks(one, { strategy, runs: 20, seed: 1 }).verdict).toBe('unknown')
  }
})
