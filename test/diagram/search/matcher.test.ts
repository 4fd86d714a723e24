import { describe, expect, test } from 'vitest'
import { program } from '../../../src/engine/index.js'
import { replay } from '../../../src/engine/trace.js'
import { ask, LOCKED_UPDATE, LOST_UPDATE, UNLOCKED_UPDATE } from './ask.js'

const UPDATE = ['load', 'store', 'increment']

const INTERLEAVED = `
CPU1                      CPU2

increment()
  load()
                          increment()
                            load()
                            store()
  store()
`

describe('rows happen in order', () => {
  test('two updates between which nothing stands may run into each other', () => {
    expect(ask(LOST_UPDATE, UPDATE, INTERLEAVED)).toMatchObject({ verdict: 'possible', rows: 6 })
  })

  test('a lock keeps them apart, and the rows before it matters are matched', () => {
    expect(ask(LOCKED_UPDATE, UPDATE, INTERLEAVED)).toMatchObject({ verdict: 'impossible', rows: 3 })
    expect(ask(UNLOCKED_UPDATE, UPDATE, INTERLEAVED).verdict).toBe('possible')
  })

  test('the execution that is shown ends in what was asked', () => {
    const { schedule, progress } = ask(LOST_UPDATE, UPDATE, INTERLEAVED)
    const trace = replay(LOST_UPDATE, schedule ?? '')
    expect(trace.contextSwitches).toBe(2)
    expect([...(progress?.tasks ?? [])].sort()).toEqual([0, 1])
  })

  test('a column is one task: one that has ended its only call does not call again', () => {
    const text = 'CPU1          CPU2\n\nincrement()\n              increment()\nincrement()\n'
    expect(ask(LOST_UPDATE, UPDATE, text)).toMatchObject({ verdict: 'impossible', rows: 2 })
  })

  test('two columns are two tasks', () => {
    const one = program('one', (world) => {
      const { step } = world.functions({ step: () => world.yield('step') })
      world.task('A', () => {
        step()
        step()
      })
    })
    expect(ask(one, ['step'], 'CPU1      CPU2\n\nstep()\n          step()\n').verdict).toBe('impossible')
    expect(ask(one, ['step'], 'CPU1      CPU2\n\nstep()\nstep()\n').verdict).toBe('possible')
  })
})

describe('a call without deeper steps takes place wholly between its neighbours', () => {
  test('so what would be in the middle of it is impossible', () => {
    const text = 'CPU1           CPU2\n\nload()\n               increment()\nincrement()\n'
    expect(ask(LOST_UPDATE, UPDATE, text)).toMatchObject({ verdict: 'impossible', rows: 2 })
  })

  test('and with the other step inside it is possible', () => {
    const text = 'CPU1           CPU2\n\nincrement()\n  load()\n               increment()\n  store()\n'
    expect(ask(LOST_UPDATE, UPDATE, text).verdict).toBe('possible')
  })
})

describe('a call with deeper steps is entered, and they happen in it', () => {
  const twice = program('twice', (world) => {
    const { inner, outer, other } = world.functions({
      inner: () => world.yield('inner'),
      outer: () => inner(),
      other: () => world.yield('other'),
    })
    world.task('A', () => {
      outer()
      inner()
    })
    world.task('B', () => other())
  })
  const names = ['inner', 'outer', 'other']

  test('a step that happens only after it returned is not in it', () => {
    expect(ask(twice, names, 'CPU1         CPU2\n\nouter()\n  inner()\n             other()\n  inner()\n').verdict).toBe('impossible')
    expect(ask(twice, names, 'CPU1         CPU2\n\nouter()\n  inner()\n             other()\ninner()\n').verdict).toBe('possible')
  })

  test('one that does nothing of the kind does not count', () => {
    expect(ask(twice, names, 'CPU1         CPU2\n\nouter()\n  other()\n             other()\n').verdict).toBe('impossible')
  })
})

describe('steps side by side', () => {
  const ordered = program('ordered', (world) => {
    const isReady = world.cell('ready', false)
    const { first, second } = world.functions({
      first: () => isReady.set(true),
      second: () => world.until(() => isReady.get(), 'the first'),
    })
    world.task('A', () => first())
    world.task('B', () => second())
  })

  test.each([
    ['one way round', 'first()       second()'],
    ['the other way round', 'second()      first()'],
  ])('happen in any order, written %s', (_name, row) => {
    expect(ask(ordered, ['first', 'second'], `CPU1          CPU2\n\n${row}\n`).verdict).toBe('possible')
  })

  test('one below the other they happen in that order only', () => {
    // `second` may be entered and wait before the first row; it can not be over.
    const text = 'CPU1          CPU2\n\n              second()\nfirst()\n'
    expect(ask(ordered, ['first', 'second'], text).verdict).toBe('impossible')
  })
})

describe('results are conditions on the run', () => {
  const taken = program('trylock', (world) => {
    const lock = world.spinlock('lock')
    const { try_it, hold } = world.functions({
      try_it: () => lock.trylock(),
      hold: () => {
        lock.lock()
        world.yield('holding')
      },
    })
    world.task('A', () => hold())
    world.task('B', () => try_it())
  })
  const names = ['try_it', 'hold']
  const ending = (result: string): string => `CPU1           CPU2\n\nhold()\n               try_it()${result}\n`

  test.each([
    ['possible', ' = false'],
    ['possible', ' -> fails'],
    ['possible', ''],
    ['impossible', ' = true'],
    ['impossible', ' -> succeeds'],
  ])('%s: try_it()%s after the lock was taken for good', (verdict, result) => {
    expect(ask(taken, names, ending(result)).verdict).toBe(verdict)
  })

  test('a number that is returned must be the number', () => {
    const text = (value: number): string => `CPU1              CPU2\n\nload() == 0\n                  load() == ${value}\n`
    expect(ask(LOST_UPDATE, UPDATE, text(1)).verdict).toBe('possible')
    expect(ask(LOST_UPDATE, UPDATE, text(2)).verdict).toBe('impossible')
  })
})

describe('operations that are no calls', () => {
  const page = program('page', (world) => {
    const flags = world.flags('page0.flags', ['PG_writeback', 'PG_dirty'], ['PG_writeback'])
    const { finish, start } = world.functions({
      finish: () => flags.clear('PG_writeback'),
      start: () => {
        flags.set('PG_dirty')
        world.until(() => !flags.test('PG_writeback'), 'writeback to end')
      },
    })
    world.task('A', () => finish())
    world.task('B', () => start())
  })

  test('are found in the steps', () => {
    const text = 'CPU1                  CPU2\n\nclear PG_writeback\n                      set PG_dirty\n'
    expect(ask(page, ['finish', 'start'], text)).toMatchObject({ verdict: 'possible', rows: 2 })
  })

  test('happen once if the program does them once', () => {
    const text = 'CPU1                  CPU2\n\nclear PG_writeback\nclear PG_writeback\n                      set PG_dirty\n'
    expect(ask(page, ['finish', 'start'], text)).toMatchObject({ verdict: 'impossible', rows: 1 })
  })
})

describe('verdicts are failures that must be met', () => {
  const failing = (isSafe: boolean): ReturnType<typeof program> =>
    program('failing', (world) => {
      const gone = world.cell('gone', false)
      const { use, free } = world.functions({
        use: () => {
          if (gone.get() && !isSafe) world.fail('bug-on', 'BUG_ON(gone)')
        },
        free: () => gone.set(true),
      })
      world.task('A', () => use())
      world.task('B', () => free())
    })
  const text = 'CPU1                  CPU2\n\n                      free()\nuse()\n  BUG_ON(gone)\n'

  test.each([
    ['possible', false],
    ['impossible', true],
  ])('%s', (verdict, isSafe) => {
    expect(ask(failing(isSafe), ['use', 'free'], text).verdict).toBe(verdict)
  })

  test('a deadlock is one that is judged when nobody can go on', () => {
    const crossed = program('crossed', (world) => {
      const [a, b] = [world.mutex('a'), world.mutex('b')]
      const { one, two } = world.functions({
        one: () => {
          a.lock()
          b.lock()
        },
        two: () => {
          b.lock()
          a.lock()
        },
      })
      world.task('A', () => one())
      world.task('B', () => two())
    })
    expect(ask(crossed, ['one', 'two'], 'CPU1       CPU2\n\none()\n           two()\n*** DEADLOCK ***\n').verdict).toBe('impossible')
    const entered = 'CPU1            CPU2\n\none()\n  take lock a\n                two()\n                  take lock b\n*** DEADLOCK ***\n'
    expect(ask(crossed, ['one', 'two'], entered).verdict).toBe('possible')
  })
})
