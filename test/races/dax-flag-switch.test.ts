/** What the model says about every fix of the thread, and who is right about "tested under MMAPLOCK". */
import { describe, expect, it } from 'vitest'
import { explore, replay, type Failure, type Trace } from '../../src/engine/index.js'
import { daxFlagSwitch as race } from '../../src/races/dax-flag-switch/index.js'
import { callsInOrder, failuresOf, inOrder, programOf, resultsOf, rowOf, type Stretch } from './support.js'

const SECONDS = 1000
const rows = new Map<string, Record<string, readonly string[]>>()
const row = (...fixes: readonly string[]): Record<string, readonly string[]> => {
  const found = rows.get(fixes.join()) ?? rowOf(race, { fixes, fs: 'xfs' })
  rows.set(fixes.join(), found)
  return found
}
const failures = (program: string, ...fixes: readonly string[]): readonly Failure[] => failuresOf(race, program, { fixes, fs: 'xfs' })
const kindsOf = (program: string, ...fixes: readonly string[]): readonly string[] => [...new Set(failures(program, ...fixes).map(({ kind }) => kind))].sort()

/** What goes wrong in a schedule: what, and where. */
const shown = (trace: Trace): readonly (readonly [string, string])[] =>
  trace.events.flatMap((event) => (event.type === 'step' ? event.failures.map(({ kind, where }) => [kind, where] as const) : []))

/** Programs in which a fault may begin with S_DAX, and go on without, on its way to the short cut. */
const SHORT_CUT = [
  'store-off', 'private-off', 'toggle', 'two-switches', 'same-switch-twice', 'two-stores-off', 'mmap-off', 'read-off',
  'fsync-two-switches', 'fsync-toggle', 'fsx', 'reopen',
]
/** In v4.13 it may also be the test of ->fault itself that is out of date, in a fault that follows another access. */
const OOPSES = [
  'store-off', 'private-off', 'load-store-off', 'toggle', 'two-switches', 'same-switch-twice', 'two-stores-off', 'mmap-off', 'read-off',
  'fsync-off', 'fsync-two-switches', 'fsync-toggle', 'fork', 'hole-off', 'fsx', 'reopen',
]
/** With vmf-says-dax device memory is mapped read-only after S_DAX went off; the next fault finds it off, and does nothing. */
const FAULTS_FOR_EVER = OOPSES.filter((name) => name !== 'private-off' && name !== 'two-stores-off')
const OLD_AREA = ['store-on', 'private-on', 'mmap-on', 'fork-on', 'huge-on', 'unmapped']
/** Where read(2), write(2) and the ioctl itself go by an S_DAX that is out of date: no fix of faults helps. */
const STALE_TESTS = ['two-switches', 'write-off', 'write-on', 'read-on', 'fsync-two-switches', 'fsx', 'unmapped']
const WARNS = ['fsx', 'unmapped']

describe('v4.13 with switching', () => {
  it('has the oops of the thread, the BUG, and two copies of the data', () => {
    expect(row()).toEqual({
      'null-page': OOPSES,
      'bug-on-mixedmap': OLD_AREA,
      'two-copies': ['two-switches', 'write-off', 'write-on', 'read-on', 'fsync-two-switches', 'huge-off', 'fsx', 'unmapped'],
      warning: WARNS,
    })
  }, 90 * SECONDS)

  it('check-under-mmaplock closes the oops, and the huge fault that comes too late; nothing else', () => {
    expect(row('check-under-mmaplock')).toEqual({ 'bug-on-mixedmap': OLD_AREA, 'two-copies': STALE_TESTS, warning: WARNS })
  }, 90 * SECONDS)

  it('check-twice leaves the oops', () => {
    expect(row('check-twice')).toEqual({ 'null-page': SHORT_CUT, 'bug-on-mixedmap': OLD_AREA, 'two-copies': STALE_TESTS, warning: WARNS })
  }, 90 * SECONDS)

  it('nested-hold has a deadlock wherever check-twice has the oops', () => {
    expect(row('nested-hold')).toEqual({ deadlock: SHORT_CUT, 'bug-on-mixedmap': OLD_AREA, 'two-copies': STALE_TESTS, warning: WARNS })
  }, 90 * SECONDS)

  it('vmf-says-dax closes the oops, and stores where the file is not, or faults for ever', () => {
    expect(row('vmf-says-dax')).toEqual({
      'bug-on-mixedmap': OLD_AREA,
      'two-copies': [
        'store-on', 'private-off', 'toggle', 'two-switches', 'mmap-on', 'write-off', 'write-on', 'read-on',
        'fsync-two-switches', 'fsync-toggle', 'fork-on', 'huge-off', 'fsx', 'unmapped',
      ],
      'sleeps-for-ever': FAULTS_FOR_EVER,
      warning: ['two-stores-off', 'fsx', 'reopen', 'unmapped'],
    })
  }, 90 * SECONDS)

  it('switch-updates-vmas closes the BUG in areas that are there, not in those that are being made', () => {
    expect(row('switch-updates-vmas')['bug-on-mixedmap']).toEqual(['two-switches', 'mmap-on', 'fsync-two-switches', 'fork-on', 'huge-off', 'unmapped'])
  }, 90 * SECONDS)

  it('switch-updates-vmas under mmap_sem deadlocks with any fault', () => {
    const faults = ['store-off', 'store-on', 'private-on', 'huge-off', 'fork']
    expect(rowOf(race, { fixes: ['switch-updates-vmas-locked'], fs: 'xfs' }, faults).deadlock).toEqual(faults)
    const [failure] = failures('store-on', 'switch-updates-vmas-locked')
    expect(failure?.message).toMatch(/fsx waits for F\.i_mmaplock held by chattr .*; chattr waits for A\.mmap_lock held by fsx/)
  }, 90 * SECONDS)

  it('not-while-mapped leaves an mmap that has looked already, and everybody who does without mappings', () => {
    expect(row('not-while-mapped')).toEqual({ 'bug-on-mixedmap': ['mmap-on', 'unmapped'], 'two-copies': ['unmapped'], warning: ['unmapped'] })
  }, 90 * SECONDS)

  it.each(['no-switching', 'fixed-in-core'])('%s closes everything', (fix) => {
    expect(row(fix)).toEqual({})
  }, 90 * SECONDS)
})

/** Dave Chinner, 08:57: the fault finds the entry empty while the switch is at work, and waits until S_DAX has changed. */
const INTO_THE_SWITCH: readonly Stretch[] = [['chattr', 'invalidate_inode_pages2'], ['fsx'], ['chattr'], ['fsx']]

describe('Jan Kara against Dave Chinner, 30 August 2017: can iomap_page_mkwrite still see a NULL page?', () => {
  it('not if the test and what comes of it are under one hold of MMAPLOCK: Jan Kara is right', () => {
    expect(Object.keys(row('check-under-mmaplock'))).not.toContain('null-page')
  }, 90 * SECONDS)

  it('yes if the lock is dropped between the test and the short cut: Dave Chinner is right', () => {
    const subject = programOf(race, 'store-off', { fixes: ['check-twice'], fs: 'xfs' })
    const [failure] = explore(subject).failures
    if (failure === undefined) throw new Error('no failure')
    expect(failure).toMatchObject({ kind: 'null-dereference', where: 'iomap_page_mkwrite', task: 'fsx', contextSwitches: 2 })
    const trace = replay(subject, failure.schedule, failure)
    expect(callsInOrder(trace, [['fsx', 'xfs_filemap_fault'], ['chattr', 'xfs_ioctl_setattr_xflags'], ['fsx', 'xfs_filemap_page_mkwrite']])).toBe(true)
  })

  it('the fault that he describes, into the middle of a switch, does no harm under one hold', () => {
    const trace = inOrder(programOf(race, 'store-off', { fixes: ['check-under-mmaplock'], fs: 'xfs' }), INTO_THE_SWITCH)
    const order = [
      ['chattr', 'invalidate_inode_pages2'],
      ['fsx', 'xfs_filemap_fault'],
      ['chattr', 'xfs_ioctl_setattr_xflags'],
      ['fsx', 'filemap_fault'],
      ['fsx', 'xfs_filemap_page_mkwrite'],
    ] as const
    expect(callsInOrder(trace, order)).toBe(true)
    expect(resultsOf(trace, 'fsx', 'user_store')).toEqual(['true'])
    expect(shown(trace)).toEqual([])
  })

  it('nor if the lock is dropped in between: what he describes is not what goes wrong then', () => {
    expect(shown(inOrder(programOf(race, 'store-off', { fixes: ['check-twice'], fs: 'xfs' }), INTO_THE_SWITCH))).toEqual([])
  })

  it('and it is an oops in v4.13 if it has looked at S_DAX before', () => {
    const trace = inOrder(programOf(race, 'store-off', { fs: 'xfs' }), INTO_THE_SWITCH)
    expect(shown(trace)).toEqual([['null-dereference', 'iomap_page_mkwrite']])
  })

  it('keeping the lock for the short cut is no way out: a switch that waits in between makes it a deadlock with oneself', () => {
    const found = failures('store-off', 'nested-hold')
    expect(found.map(({ kind, message }) => [kind, message])).toEqual([['deadlock', 'fsx waits for F.i_mmaplock held by fsx (read), behind chattr (write)']])
  })

  it('both agree that areas are a matter of their own: the BUG needs no race at all', () => {
    const trace = inOrder(programOf(race, 'store-on', { fixes: ['check-under-mmaplock'], fs: 'xfs' }), [['chattr'], ['fsx']])
    expect(shown(trace)).toEqual([['bug-on', 'vm_insert_mixed']])
  })

  it('a flip between ->fault and ->page_mkwrite does no harm where the area has VM_MIXEDMAP', () => {
    expect(kindsOf('toggle', 'check-under-mmaplock')).toEqual([])
  })
})

describe('the two ideas of Dave Chinner together', () => {
  it('do not make up for each other: a fault that decided for DAX meets an area that is not for DAX any more', () => {
    expect(kindsOf('store-off', 'vmf-says-dax', 'switch-updates-vmas')).toEqual(['bug-on'])
    expect(kindsOf('store-on', 'vmf-says-dax', 'switch-updates-vmas')).toEqual(['data-lost'])
  })

  it('check-under-mmaplock with switch-updates-vmas leaves mmap, fork, and all that is not a fault', () => {
    expect(row('check-under-mmaplock', 'switch-updates-vmas')).toEqual({
      'bug-on-mixedmap': ['two-switches', 'mmap-on', 'fsync-two-switches', 'fork-on', 'unmapped'],
      'two-copies': STALE_TESTS,
      warning: WARNS,
    })
  }, 90 * SECONDS)
})

describe('fixed-in-core', () => {
  it('switches when the file is opened again, and not before', () => {
    const trace = inOrder(programOf(race, 'reopen', { fixes: ['fixed-in-core'], fs: 'xfs' }), [['fsx'], ['chattr']])
    expect(callsInOrder(trace, [['fsx', 'xfs_file_dax_read'], ['chattr', 'xfs_ioctl_setattr'], ['chattr', 'xfs_file_buffered_aio_read']])).toBe(true)
    expect(shown(trace)).toEqual([])
  })
})

describe('what nobody in the thread speaks of', () => {
  it('chattr +x that finds nothing to do sets S_DAX all the same, without flushing, after a chattr -x', () => {
    const stretches: readonly Stretch[] = [['chattr +x', 'xfs_ioctl_setattr_dax_invalidate'], ['chattr -x'], ['fsx', 'user_store'], ['chattr +x'], ['fsx']]
    const trace = inOrder(programOf(race, 'two-switches', { fixes: ['check-under-mmaplock'], fs: 'xfs' }), stretches)
    expect(shown(trace)).toContainEqual(['data-stale', 'read'])
  })

  it('write(2) goes to the device and the page cache has another copy', () => {
    expect(kindsOf('write-off', 'check-under-mmaplock')).toEqual(['data-lost'])
    expect(kindsOf('write-off', 'no-switching')).toEqual([])
  })
})
