/** What the model says about every fix of the thread, and about the questions asked in it. */
import { describe, expect, it } from 'vitest'
import { explore, program, type Failure } from '../../src/engine/index.js'
import { EXT4, XFS, type MachineConfig } from '../../src/kernel/machine.js'
import { patch, type Kernel } from '../../src/kernel/kernel.js'
import { kernel } from '../../src/kernel/versions.js'
import { patches } from '../../src/races/writeback-wakeup/fixes.js'
import { writebackWakeup as race } from '../../src/races/writeback-wakeup/index.js'

function failuresOf(programName: string, fixes: readonly string[], version: string): readonly Failure[] {
  const found = race.programs.find(({ name }) => name === programName)
  if (found === undefined) throw new Error(`no program ${programName}`)
  const result = explore(found.build({ kernel: version, fixes, fs: 'ext4', memory: 'sc' }), { shortest: false })
  expect(result.bound).toBeNull()
  return result.failures
}

/** Columns of the matrix in which a fix has a failure, with the programs that show it. */
function row(fixes: readonly string[], version = 'v5.10-rc5'): Readonly<Record<string, readonly string[]>> {
  const shown: Record<string, string[]> = {}
  for (const { name } of race.programs) {
    for (const failure of failuresOf(name, fixes, version)) {
      const columns = race.failures.filter((column) => column.matches(failure))
      expect(columns, `${failure.kind} in ${failure.where}: ${failure.message}`).toHaveLength(1)
      for (const column of columns) {
        const programs = (shown[column.name] ??= [])
        if (!programs.includes(name)) programs.push(name)
      }
    }
  }
  return shown
}

const SECONDS = 1000
const REUSE = ['reuse-by-truncate', 'reuse-by-reclaim', 'reuse-by-kswapd', 'reuse-by-invalidate']
const TRUNCATE_XFS = ['truncate-waits', 'truncate-waits-same-page']
const TRUNCATE = [...TRUNCATE_XFS, 'truncate-waits-ext4']
const KILLED = { 'lost-lock-wakeup': ['interrupted-waiter'] }
/** Every program in which fsync or a direct read waits for the page it has just submitted. */
const FSYNC_EARLY = [
  ...REUSE,
  'write-cache-pages',
  'redirty-same-page',
  'store-redirty',
  'write-cache-pages-redirty',
  'fsync-waits',
  'odirect-flush',
  'flusher',
  'other-waiters',
]
const UNFIXED = {
  'bug-on-writeback': [...REUSE, 'write-cache-pages', 'redirty-same-page', 'store-redirty', 'write-cache-pages-redirty', 'odirect-flush', 'flusher'],
  'vm-bug-on-tail': ['reuse-as-tail'],
  'unclaimed-access': [...REUSE, 'reuse-as-tail', 'write-cache-pages', ...TRUNCATE, 'stale-hint'],
  'freed-under-io': TRUNCATE_XFS,
  'foreign-data': TRUNCATE_XFS,
  'fsync-early': FSYNC_EARLY,
  'orphan-completion': TRUNCATE,
  ...KILLED,
}

describe('v5.10-rc5', () => {
  it('has every failure of the thread, and an fsync that returns too early', () => {
    expect(row([])).toEqual(UNFIXED)
  }, 60 * SECONDS)

  it('warn-unlocked-set never warns and changes nothing', () => {
    expect(row(['warn-unlocked-set'])).toEqual(UNFIXED)
  }, 60 * SECONDS)

  it('weaken-tail-check leaves even the tail: wake_up_page_bit clears PG_waiters with the same check', () => {
    expect(row(['weaken-tail-check'])).toEqual(UNFIXED)
    const tails = failuresOf('reuse-as-tail', ['weaken-tail-check'], 'v5.10-rc5').filter(({ kind }) => kind === 'vm-bug-on')
    expect(tails.map(({ where }) => where)).toEqual(['wake_up_page_bit'])
  }, 60 * SECONDS)

  it('hugh-1 closes the reuse; another waiter makes the wake-up late again', () => {
    expect(row(['hugh-1'])).toEqual({ 'bug-on-writeback': ['flusher'], 'fsync-early': FSYNC_EARLY, ...KILLED })
  }, 60 * SECONDS)

  it('wake-under-i-pages closes everything', () => {
    expect(row(['wake-under-i-pages'])).toEqual(KILLED)
  }, 60 * SECONDS)

  it('writeback-ref closes the reuse, not the page that is written again', () => {
    expect(row(['writeback-ref'])).toEqual({
      'bug-on-writeback': ['redirty-same-page', 'store-redirty', 'write-cache-pages-redirty', 'odirect-flush', 'flusher'],
      'fsync-early': FSYNC_EARLY,
      'orphan-completion': ['truncate-waits-ext4'],
      ...KILLED,
    })
  }, 60 * SECONDS)

  it('hugh-2, which was applied, closes the reuse, not the page that is written again or truncated under I/O', () => {
    expect(row(['hugh-2'])).toEqual({
      'bug-on-writeback': ['redirty-same-page', 'store-redirty', 'write-cache-pages-redirty', 'odirect-flush', 'flusher'],
      'unclaimed-access': ['truncate-waits-same-page'],
      'freed-under-io': ['truncate-waits-same-page'],
      'foreign-data': ['truncate-waits-same-page'],
      'fsync-early': FSYNC_EARLY,
      'orphan-completion': ['truncate-waits-same-page', 'truncate-waits-ext4'],
      'freed-in-use': ['truncate-waits-same-page'],
      ...KILLED,
    })
  }, 60 * SECONDS)

  it("while-in-write-cache-pages closes the BUG of write_cache_pages, not ext4's, nor truncate", () => {
    expect(row(['while-in-write-cache-pages'])).toEqual({
      ...UNFIXED,
      'bug-on-writeback': [...REUSE, 'redirty-same-page', 'store-redirty', 'odirect-flush'],
    })
  }, 60 * SECONDS)

  it('while-in-wait closes what waiters suffer, not what the completion touches', () => {
    expect(row(['while-in-wait'])).toEqual({
      'vm-bug-on-tail': UNFIXED['vm-bug-on-tail'],
      'unclaimed-access': UNFIXED['unclaimed-access'],
      ...KILLED,
    })
  }, 60 * SECONDS)

  it('hugh-2 and while-in-wait together, as in 5.10.7, close everything', () => {
    expect(row(['hugh-2', 'while-in-wait'])).toEqual(KILLED)
  }, 60 * SECONDS)

  it('clear-in-wake wakes before the bit is clear, and clears PG_waiters of a page it has let go', () => {
    expect(row(['clear-in-wake'])).toEqual({
      'bug-on-writeback': [...UNFIXED['bug-on-writeback'], 'fsync-waits', 'other-waiters'].sort(byProgram),
      'unclaimed-access': ['stale-hint'],
      ...KILLED,
    })
  }, 60 * SECONDS)

  it('clear-in-wake and while-in-wait together: at a bookmark woken waiters queue again, and the walk never ends', () => {
    expect(row(['clear-in-wake', 'while-in-wait'])).toEqual({
      'unclaimed-access': ['stale-hint'],
      livelock: ['hash-collision'],
      ...KILLED,
    })
  }, 60 * SECONDS)

  it('clear-in-wake-lock takes the lock away from whom it was handed to', () => {
    const shown = row(['clear-in-wake-lock'])
    expect(shown['two-lock-owners']).toEqual(['lock-handoff'])
  }, 60 * SECONDS)
})

describe('v5.8', () => {
  it('tests the bit again: only the completion itself goes wrong', () => {
    expect(row([], 'v5.8')).toEqual({ 'vm-bug-on-tail': UNFIXED['vm-bug-on-tail'], 'unclaimed-access': UNFIXED['unclaimed-access'] })
  }, 60 * SECONDS)

  it('is closed by hugh-2', () => {
    expect(row(['hugh-2'], 'v5.8')).toEqual({})
  }, 60 * SECONDS)
})

function byProgram(x: string, y: string): number {
  const names = race.programs.map(({ name }) => name)
  return names.indexOf(x) - names.indexOf(y)
}

/** Failures of a small program with a patch that asks a question. */
function ask(question: Parameters<typeof patch>[1], setup: (k: Kernel) => void, machine: Partial<MachineConfig>): readonly string[] {
  const subject = program('question', (world) => setup(kernel('v5.10-rc5', [patch('question', question)]).boot(world, machine)))
  const { failures, bound } = explore(subject, { shortest: false })
  expect(bound).toBeNull()
  return [...new Set(failures.map(({ kind, message }) => `${kind}: ${message}`))]
}

describe('questions of the thread', () => {
  it('Linus Torvalds, 31 Aug: does anyone set PG_writeback without the page lock? Nobody', () => {
    const all = race.programs.flatMap(({ name }) => failuresOf(name, ['warn-unlocked-set'], 'v5.10-rc5'))
    expect(all.filter(({ kind }) => kind === 'warn-on')).toEqual([])
  }, 60 * SECONDS)

  it('Hugh Dickins and Linus Torvalds, 24 Nov: can mapping be NULL in end_page_writeback? Yes, once truncate was woken too early', () => {
    const mappingIsNull: Parameters<typeof patch>[1] = {
      end_page_writeback(k, base, page) {
        k.WARN_ON(page.mapping.get() === null, '!mapping')
        base(page)
      },
    }
    const truncated = (k: Kernel): void => {
      const file = k.open('F', XFS)
      k.write(file, 'v0')
      k.sync_file_range_write(file)
      k.spawn('user', () => {
        k.write(file, 'v1')
        k.sync_file_range_write(file)
        k.ftruncate(file)
      })
    }
    expect(ask(mappingIsNull, truncated, { bios: 2 })).toContain('warn-on: WARN_ON(!mapping)')
    const retested: Parameters<typeof patch>[1] = {
      ...mappingIsNull,
      wait_on_page_writeback(k, _base, page) {
        while (page.flags.test('PG_writeback')) k.wait_on_page_bit(page, 'PG_writeback')
      },
    }
    expect(ask(retested, truncated, { bios: 2 })).not.toContain('warn-on: WARN_ON(!mapping)')
  })

  it('Hugh Dickins, 24 Nov 04:07: was there a chance of missed wake-ups? None for PG_writeback', () => {
    const waits = ['fsync-waits', 'other-waiters', 'stale-hint', 'wake-walk', 'hash-collision', 'odirect-flush']
    expect(waits.flatMap((name) => failuresOf(name, [], 'v5.10-rc5')).filter(({ kind }) => kind === 'lost-wakeup')).toEqual([])
  }, 60 * SECONDS)

  it('Matthew Wilcox, 24 Nov 12:19: write_cache_pages holds a reference and the lock, so can this be it? It can', () => {
    expect(failuresOf('write-cache-pages', [], 'v5.10-rc5')).toContainEqual(expect.objectContaining({ kind: 'bug-on', where: 'write_cache_pages' }))
  })

  it('Matthew Wilcox, 24 Nov 20:15: truncate is woken, and the transfer writes the next owner’s data', () => {
    expect(failuresOf('truncate-waits', [], 'v5.10-rc5')).toContainEqual(
      expect.objectContaining({ kind: 'data-foreign', message: 'data of F3 is written to a block of F2' }),
    )
  })

  it('Linus Torvalds, 24 Nov 19:00: is a page ever unlocked without a reference? By reclaim, with the count frozen at zero', () => {
    const unlockedAtZero: Parameters<typeof patch>[1] = {
      unlock_page(k, base, page) {
        k.WARN_ON(page.refcount.get() === 0, 'page_count(page) == 0')
        base(page)
      },
    }
    const reclaimed = (k: Kernel): void => {
      const file = k.open('F', EXT4)
      k.write(file, 'v0')
      k.sync_file_range_write(file)
      k.spawn('kswapd', () => k.shrink_inactive_list())
    }
    expect(ask(unlockedAtZero, reclaimed, { bios: 1 })).toContain('warn-on: WARN_ON(page_count(page) == 0)')
  })

  it('Jan Kara, 25 Nov 09:20: the page is freed and used for something else between the clear and the wake-up', () => {
    expect(failuresOf('reuse-by-truncate', [], 'v5.10-rc5')).toContainEqual(
      expect.objectContaining({ kind: 'use-after-free', where: 'wake_up_page', message: 'page was freed and allocated again' }),
    )
  })
})

describe('the catalogue entry', () => {
  it('has a patch for every fix, and claims only of failures that it knows', () => {
    const columns = race.failures.map(({ name }) => name)
    for (const fix of race.fixes) {
      expect(fix.kernels.every((version) => race.kernels.includes(version)), fix.name).toBe(true)
      expect(fix.claims.every(({ failure }) => columns.includes(failure)), fix.name).toBe(true)
    }
    expect(patches.map(({ name }) => name)).toEqual(race.fixes.map(({ name }) => name))
  })

  it('bears no name twice', () => {
    for (const named of [race.programs, race.failures, race.fixes]) {
      const names = named.map(({ name }) => name)
      expect(new Set(names).size).toBe(names.length)
    }
  })
})
