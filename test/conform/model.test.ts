import { describe, expect, test } from 'vitest'
import { ModelRunner, compare } from '../../src/conform/model/index.js'
import { createBench } from '../../src/conform/model/bench.js'
import { execute } from '../../src/conform/model/execute.js'
import type { SequenceRecord } from '../../src/conform/record.js'
import { plantedBugs } from './planted-bugs.js'
import { recordsOf } from './recordings.js'

const FILE_SYSTEMS = ['ext4', 'xfs'] as const
const records = { ext4: recordsOf('ext4'), xfs: recordsOf('xfs') }

/** The first sequence in which the model and the recording differ. */
function firstDifference(runner: ModelRunner, recorded: readonly SequenceRecord[]): string | null {
  for (const record of recorded) {
    const [mismatch] = compare(record, runner.run(record))
    if (mismatch !== undefined) return `seed ${mismatch.seed}, step ${mismatch.step + 1}, ${mismatch.field}: ${mismatch.actual}, not ${mismatch.expected}`
  }
  return null
}

describe('the model does what Linux 6.18 did', () => {
  test.each(FILE_SYSTEMS)('in every sequence on %s, step by step, in everything that was observed', { timeout: 120_000 }, (fs) => {
    expect(records[fs].length).toBeGreaterThanOrEqual(2000)
    expect(firstDifference(new ModelRunner(fs), records[fs])).toBeNull()
  })

  test('on a device whose blocks and pages all come back when the files are emptied', () => {
    for (const fs of FILE_SYSTEMS) {
      const bench = createBench(fs, [])
      const { k, files, areas } = bench
      for (const { steps } of records[fs].slice(0, 100)) {
        bench.reset()
        for (const step of steps) {
          execute(bench, step)
          bench.settle()
        }
        for (const area of Object.values(areas)) if (area.linked.get()) k.munmap(area)
        for (const file of Object.values(files)) k.do_ftruncate(file, 0)
        bench.settle()
        expect(Array.from({ length: k.memory.size }, (_, i) => k.memory.raw(i)).filter((page) => k.memory.isLive(page))).toEqual([])
        expect(Object.values(files)[0]?.host?.disk.states.every((state) => state.get() === 'FREE')).toBe(true)
        expect(bench.complaints()).toEqual([])
      }
    }
  })
})

describe('a bug planted in the model is caught', () => {
  test.each(plantedBugs.map((bug) => [bug.fs, bug.patch.name, bug] as const))('%s: %s', { timeout: 60_000 }, (fs, _name, bug) => {
    expect(firstDifference(new ModelRunner(fs, [bug.patch]), records[fs])).not.toBeNull()
  })
})
