import { describe, expect, test } from 'vitest'
import { generate } from '../../src/conform/generate.js'
import { mountImage } from '../../src/conform/linux/image.js'
import { unsupported } from '../../src/conform/linux/probe.js'
import { SequenceRunner } from '../../src/conform/linux/run-sequence.js'
import { inSession, type Session } from '../../src/conform/linux/session.js'
import type { FileSystemName, SequenceRecord } from '../../src/conform/record.js'
import type { Operation } from '../../src/conform/sequence.js'
import { onRealKernel } from '../support/real-kernel.js'

const FILE_SYSTEMS = ['ext4', 'xfs'] as const
const TIMEOUT = 600_000
const SEEDS = Array.from({ length: 60 }, (_, index) => 5000 + index)

describe.each(FILE_SYSTEMS)('sequences on the real kernel, on %s,', (fs) => {
  test('leave the same state after every step whenever they are run', { timeout: TIMEOUT }, (context) =>
    onRealKernel(context, 'T1', fs, async (session) => {
      const first = await runAll(session, fs, SEEDS)
      expect(await runAll(session, fs, SEEDS)).toEqual(first)
    }),
  )

  test('show what a user knows of the page cache', { timeout: TIMEOUT }, (context) =>
    onRealKernel(context, 'T1', fs, async (session) => {
      const steps: readonly Operation[] = [
        { op: 'pwrite', file: 'main', offset: 0, length: 12, value: 1 },
        { op: 'fsync', file: 'main' },
        { op: 'store', map: 'shared', word: 1, length: 1, value: 3 },
        { op: 'store', map: 'private', word: 0, length: 1, value: 4 },
        { op: 'load', map: 'shared', word: 16, length: 1 },
        { op: 'fallocate', file: 'main', mode: 'PUNCH_HOLE', keepSize: true, offset: 0, length: 8 },
        { op: 'ftruncate', file: 'main', size: 8 },
        { op: 'load', map: 'shared', word: 8, length: 1 },
        { op: 'store', map: 'anon', word: 0, length: 1, value: 9 },
        { op: 'fork', accesses: [{ op: 'store', map: 'anon', word: 0, length: 1, value: 10 }, { op: 'load', map: 'anon', word: 0, length: 2 }] },
      ]
      const { observations, end } = await onFreshFiles(session, fs, (runner) => runner.run({ seed: 0, steps }))
      const [written, synced, stored, copied, beyond, punched, truncated, bus, anon, fork] = observations
      expect(written).toMatchObject({ result: 12, main: { size: 12, cache: 'dd..........', blocks: 'ddhhhhhhhhhh' } })
      expect(synced).toMatchObject({ result: 0, main: { cache: 'cc..........', blocks: 'DDhhhhhhhhhh' } })
      expect(synced?.main.disk).toMatch(/^1\*8 1\*4,0\*4 /)
      expect(stored).toMatchObject({ result: 1, main: { cache: 'dc..........' } })
      expect(copied?.memory?.private).toMatch(/^a/)
      expect(copied?.memory?.privateData).toMatch(/^4\*1,3\*1,1\*6 /)
      expect(beyond?.result).toBe(-14)
      expect(punched).toMatchObject({ result: 0, main: { blocks: 'hDhhhhhhhhhh' } })
      expect(truncated).toMatchObject({ result: 0, main: { size: 8, blocks: 'hhhhhhhhhhhh' } })
      expect(bus?.result).toBe(-14)
      expect(anon?.memory).toMatchObject({ anon: 'p...', anonData: '9*1,0*7 . . .' })
      expect(fork).toMatchObject({ results: [1, 2], data: '10*1,0*1', memory: { anonData: '9*1,0*7 . . .' } })
      expect(end).toEqual({ main: '0*8', other: '251*32', mainAgain: '0*8', otherAgain: '251*32' })
    }),
  )
})

test('without privileges calls return, and files contain, the same', { timeout: TIMEOUT }, async (context) => {
  await onRealKernel(context, 'T0', 'ext4', async (session) => {
    const whole = await runAll(session, 'ext4', SEEDS)
    const runner = new SequenceRunner(session.libc, session.folder, null)
    const bare = SEEDS.map((seed) => runner.run(generate(seed)))
    runner.close()
    expect(bare.map(ofCalls)).toEqual(whole.map(ofCalls))
    expect(bare[0]?.observations[0]?.memory).toBeUndefined()
  })
})

test('a session that fails leaves nothing behind', { timeout: TIMEOUT }, async (context) => {
  const why = unsupported()
  if (why !== null) context.skip(why)
  let undone = false
  const host = { onInterrupt: () => () => undefined, say: () => undefined }
  const session = inSession(host, async ({ undo }) => {
    await undo.scope((inner) => {
      inner.add(() => {
        undone = true
      })
      throw new Error('in the middle')
    })
  })
  await expect(session).rejects.toThrow('in the middle')
  expect(undone).toBe(true)
})

/** What T0 and T1 both see; drop_caches is for root only, and without it the cache may differ, which calls do not show. */
function ofCalls({ observations, end }: SequenceRecord): unknown {
  return [observations.map(({ result, data, results, main, other }) => [result, data, results, main.size, other.size]), end]
}

function runAll(session: Session, fs: FileSystemName, seeds: readonly number[]): Promise<readonly SequenceRecord[]> {
  return onFreshFiles(session, fs, (runner) => seeds.map((seed) => runner.run(generate(seed))))
}

function onFreshFiles<T>(session: Session, fs: FileSystemName, work: (runner: SequenceRunner) => T): Promise<T> {
  return session.undo.scope((undo) => {
    const { folder, image } = mountImage(fs, session.folder, undo)
    const runner = new SequenceRunner(session.libc, folder, image)
    undo.add(() => runner.close())
    return Promise.resolve(work(runner))
  })
}
