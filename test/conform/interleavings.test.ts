import { describe, expect, test } from 'vitest'
import type { Case, CaseObservation, CaseRecord } from '../../src/conform/case.js'
import { heldGround } from '../../src/conform/linux/held-ground.js'
import { CaseRunner } from '../../src/conform/linux/run-case.js'
import type { Session } from '../../src/conform/linux/session.js'
import type { FileSystemName } from '../../src/conform/record.js'
import { onRealKernel } from '../support/real-kernel.js'
import { holdDaemonScript } from '../support/run-cli.js'
import { CALLS, FILL, filled, hold, onDisk, OTHERS, READ, release, run, start, STORED, WRITE, WRITING_BACK } from './cases.js'

const FILE_SYSTEMS = ['ext4', 'xfs'] as const

/** Under load, and with another run on the machine, a test has to wait. */
const TIMEOUT = 600_000

/** [blocks?, letters of the first five pages meanwhile, letters when all is over]; the second form is [ext4, xfs]. */
type Expected = readonly [blocks: boolean, meanwhile: string, after: string]

/** While page 0 of five is under writeback. */
const UNDER_WRITEBACK: Readonly<Record<string, Expected | readonly [ext4: Expected, xfs: Expected]>> = {
  'pwrite same page': [false, 'xcccc', 'dcccc'],
  'pwrite other page': [false, 'wccdc', 'cccdc'],
  'pwrite one word': [false, 'xcccc', 'dcccc'],
  'store same page': [false, 'xcccc', 'dcccc'],
  'load same page': [false, 'wcccc', 'ccccc'],
  'pread same page': [false, 'wcccc', 'ccccc'],
  'direct read same page': [true, 'wcccc', 'ccccc'],
  'direct write same page': [true, 'wcccc', '.cccc'],
  'direct write other page': [false, 'wccc.', 'cccc.'],
  'punch same page': [true, 'wcccc', '.cccc'],
  'punch other page': [false, 'wcc.c', 'ccc.c'],
  'zero same page': [true, 'wcccc', '.cccc'],
  'truncate to 0': [true, 'w....', '.....'],
  // XFS zeroes the tail, which dirties it, before it takes the other pages away.
  'truncate to 1': [
    [true, 'w....', 'd....'],
    [true, 'x....', 'd....'],
  ],
  'truncate up': [false, 'wcccc', 'ccccc'],
  fsync: [true, 'wcccc', 'ccccc'],
  'sync_file_range WRITE': [false, 'wcccc', 'ccccc'],
  'sync_file_range WAIT_BEFORE': [true, 'wcccc', 'ccccc'],
  'msync SYNC': [true, 'wcccc', 'ccccc'],
  'fadvise DONTNEED': [false, 'w....', 'c....'],
  'madvise PAGEOUT': [false, 'wcccc', 'ccccc'],
  munmap: [false, 'wcccc', 'ccccc'],
}

/** While the page-cache read of page 0 is held: does the call wait? XFS readers hold the inode's lock, ext4's do not. */
const BEING_READ: Readonly<Record<string, boolean | readonly [ext4: boolean, xfs: boolean]>> = {
  'pread same page': true,
  'load same page': true,
  'store same page': true,
  'pwrite one word': true,
  'pwrite same page': true,
  'pwrite other page': [false, true],
  'direct read same page': false,
  'direct write same page': true,
  'direct write other page': [false, true],
  'truncate to 0': true,
  'truncate up': [false, true],
  'punch same page': true,
  'punch other page': [false, true],
  fsync: false,
  'fadvise DONTNEED': false,
  'madvise PAGEOUT': false,
}

describe.each(FILE_SYSTEMS)('on the real kernel, on %s,', (fs) => {
  const which = fs === 'ext4' ? 0 : 1

  test('what waits for a page under writeback, and what becomes of the page', { timeout: TIMEOUT }, (context) =>
    onRealKernel(context, 'T2', fs, async (session) => {
      await withRunner(session, fs, async (runCase) => {
        for (const [name, expected] of Object.entries(UNDER_WRITEBACK)) {
          const [blocks, meanwhile, after] = typeof expected[0] === 'boolean' ? (expected) : expected[which]
          const record = await runCase({ name, events: [...filled(5), ...WRITING_BACK, start('B', CALLS[name]!)] })
          const seen = [isBlocked(latest(record), 'B'), pages(latest(record)), pages(record.last)]
          expect([name, ...seen]).toEqual([name, blocks, meanwhile, after])
          expect(isBlocked(record.last, 'B')).toBe(false)
        }
      })
    }),
  )

  test('what waits for a page that is being read', { timeout: TIMEOUT }, (context) =>
    onRealKernel(context, 'T2', fs, async (session) => {
      await withRunner(session, fs, async (runCase) => {
        for (const [name, expected] of Object.entries(BEING_READ)) {
          const events = [...onDisk(1), hold(READ), start('A', CALLS['pread same page']!), start('B', CALLS[name]!)]
          const record = await runCase({ name, events })
          expect([name, isBlocked(latest(record), 'B')]).toEqual([name, typeof expected === 'boolean' ? expected : expected[which]])
          expect(latest(record).held).toContain('read main 0')
          expect(isBlocked(latest(record), 'A')).toBe(true)
        }
      })
    }),
  )

  test('a read that the device fails returns -EIO', { timeout: TIMEOUT }, (context) =>
    onRealKernel(context, 'T2', fs, async (session) => {
      await withRunner(session, fs, async (runCase) => {
        // After a readahead that failed the kernel reads the page again.
        const events = [...onDisk(1), hold(READ), hold(READ), start('A', CALLS['pread same page']!), release(READ, 5), release(READ, 5)]
        const { last } = await runCase({ name: 'EIO', events })
        expect(last.tasks.A).toEqual({ state: 'returned', result: -5, data: '' })
      })
    }),
  )

  test('MADV_PAGEOUT leaves the page that a direct read goes to, and takes its neighbour', { timeout: TIMEOUT }, (context) =>
    onRealKernel(context, 'T2', fs, async (session) => {
      await withRunner(session, fs, async (runCase) => {
        const { observations, last } = await runCase({
          name: 'lazyfree buffer',
          events: [
            ...filled(1),
            run({ op: 'store', map: 'anon', word: 0, length: 8, value: STORED }),
            run({ op: 'store', map: 'anon', word: 8, length: 8, value: STORED }),
            run({ op: 'madvise', map: 'anon', word: 0, length: 16, advice: 'FREE' }),
            hold(READ),
            start('A', { op: 'pread-direct', offset: 0, length: 8, into: { map: 'anon', word: 0 } }),
            start('B', { op: 'madvise', map: 'anon', word: 0, length: 16, advice: 'PAGEOUT' }),
          ],
        })
        expect(observations.at(-1)!.anon.slice(0, 2)).toEqual([
          { letter: 'p', kept: true },
          { letter: '.', kept: false },
        ])
        expect(last.anonData).toBe(`${FILL}*8 . . .`)
        expect(last.tasks.A).toEqual({ state: 'returned', result: 8, data: '' })
      })
    }),
  )

  test('a direct read into a mapped page of another file dirties it again when it is done', { timeout: TIMEOUT }, (context) =>
    onRealKernel(context, 'T2', fs, async (session) => {
      await withRunner(session, fs, async (runCase) => {
        const { observations, end } = await runCase({
          name: 'shared buffer',
          events: [
            ...filled(1),
            hold(READ),
            start('A', { op: 'pread-direct', offset: 0, length: 8, into: { map: 'other', word: 0 } }),
            start('B', { op: 'fsync', file: 'other' }),
            release(READ),
          ],
        })
        const [submitted, cleaned] = observations.slice(-3)
        expect(submitted!.other.cache).toBe('d...')
        expect(cleaned!.other.cache).toBe('c...')
        expect(isBlocked(cleaned!, 'B')).toBe(false)
        // By a worker: the read may have returned before. In the end nothing is lost.
        expect(end.otherAgain).toBe(`${FILL}*8,251*24`)
      })
    }),
  )

  test('a direct read goes on into the frame of a page that was truncated or punched away', { timeout: TIMEOUT }, (context) =>
    onRealKernel(context, 'T2', fs, async (session) => {
      await withRunner(session, fs, async (runCase) => {
        const into = { op: 'pread-direct', offset: 0, length: 8, into: { map: 'other', word: 0 } } as const
        const punch = { op: 'fallocate', file: 'other', mode: 'PUNCH_HOLE', keepSize: true, offset: 0, length: 8 } as const
        for (const call of [{ op: 'ftruncate', file: 'other', size: 0 }, punch] as const) {
          const events = [...filled(1), hold(READ), start('A', into), start('B', call)]
          const { observations, last, end } = await runCase({ name: call.op, events })
          expect(isBlocked(observations.at(-1)!, 'B')).toBe(false)
          expect(last.tasks.A).toEqual({ state: 'returned', result: 8, data: '' })
          expect(end.otherAgain).toBe(call.op === 'ftruncate' ? '' : '0*8,251*24')
        }
      })
    }),
  )

  test('at a fork during a direct read the frame stays with the parent, and the child gets a copy', { timeout: TIMEOUT }, (context) =>
    onRealKernel(context, 'T2', fs, async (session) => {
      await withRunner(session, fs, async (runCase) => {
        const { observations, last } = await runCase({
          name: 'fork',
          events: [
            ...filled(1),
            run({ op: 'store', map: 'anon', word: 0, length: 8, value: STORED }),
            hold(READ),
            start('A', { op: 'pread-direct', offset: 0, length: 8, into: { map: 'anon', word: 0 } }),
            { event: 'fork', task: 'C' },
            start('B', { op: 'store', map: 'anon', word: 4, length: 1, value: OTHERS }),
            release(READ),
            start('C', { op: 'load', map: 'anon', word: 0, length: 8 }),
          ],
        })
        expect(observations.at(-3)!.anon[0]).toEqual({ letter: 'p', kept: true })
        expect(last.anonData).toBe(`${FILL}*8 . . .`)
        expect(last.tasks.C).toEqual({ state: 'returned', result: 8, data: `${STORED}*8` })
      })
    }),
  )

  test('a store to a page that is being swapped out does not wait, and gets the page back', { timeout: TIMEOUT }, (context) =>
    onRealKernel(context, 'T2', fs, async (session) => {
      await withRunner(session, fs, async (runCase) => {
        const io = { of: 'swap', direction: 'write' } as const
        const { observations, last } = await runCase({
          name: 'swap-out',
          events: [
            run({ op: 'store', map: 'anon', word: 0, length: 8, value: STORED }),
            hold(io),
            start('A', { op: 'madvise', map: 'anon', word: 0, length: 8, advice: 'PAGEOUT' }),
            start('B', { op: 'store', map: 'anon', word: 0, length: 1, value: OTHERS }),
            release(io),
          ],
        })
        const [swapping, stored] = observations.slice(-3)
        expect(swapping!.held).toEqual(['write swap'])
        expect(swapping!.anon[0]!.letter).toBe('s')
        expect(stored!.tasks.B).toEqual({ state: 'returned', result: 1, data: '' })
        expect(last.anonData).toBe(`${OTHERS}*1,${STORED}*7 . . .`)
      })
    }),
  )

  test('a case that can not be run as it says is an error, not an answer', { timeout: TIMEOUT }, (context) =>
    onRealKernel(context, 'T2', fs, async (session) => {
      await withRunner(session, fs, async (runCase) => {
        await expect(runCase({ name: 'no block', events: [hold(WRITE)] })).rejects.toThrow('there is no block on the device for write main 0')
        await expect(runCase({ name: 'not held', events: [release(READ)] })).rejects.toThrow('read main 0 is not held')
        const busy = [...onDisk(1), hold(READ), start('A', CALLS['pread same page']!), start('A', CALLS.fsync!)]
        await expect(runCase({ name: 'busy', events: busy })).rejects.toThrow('A is in a call already')
      })
    }),
  )
})

type RunCase = (which: Case) => Promise<CaseRecord>

async function withRunner(session: Session, fs: FileSystemName, work: (runCase: RunCase) => Promise<void>): Promise<void> {
  await session.undo.scope(async (undo) => {
    const runner = new CaseRunner(session.libc, await heldGround(fs, session.folder, holdDaemonScript(), undo))
    undo.add(() => runner.close())
    await work((which) => runner.run(which))
  })
}

function latest(record: CaseRecord): CaseObservation {
  return record.observations.at(-1)!
}

function isBlocked(observation: CaseObservation, task: 'A' | 'B'): boolean {
  return observation.tasks[task]?.state === 'blocked'
}

function pages(observation: CaseObservation): string {
  return observation.main.cache.slice(0, 5)
}
