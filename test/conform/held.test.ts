/** Interleavings with device I/O held, made from the model: the recorded kernel does nothing that the model says can not happen. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { readCaseRecording, type CaseRecording } from '../../src/conform/case-recording.js'
import type { Case } from '../../src/conform/case.js'
import { modelCase, oneRun } from '../../src/conform/model/held/case-model.js'
import { compareCase } from '../../src/conform/model/held/compare-case.js'
import { generateCases } from '../../src/conform/model/held/generate-cases.js'
import { grainOf } from '../../src/conform/model/held/grains.js'
import { mismatchText } from '../../src/conform/model/held/mismatch-text.js'
import type { FileSystemName } from '../../src/conform/record.js'
import { patch, type Patch } from '../../src/kernel/kernel.js'

const SECONDS = 1000

const recording = (fs: FileSystemName): CaseRecording => {
  const file = fileURLToPath(new URL(`../../fixtures/conform/interleavings-${fs}.jsonl.gz`, import.meta.url))
  return readCaseRecording(gunzipSync(readFileSync(file)).toString('utf8'))
}

describe.each(['ext4', 'xfs'] as const)('on %s', (fs) => {
  const { header, records } = recording(fs)

  it('at least 200 interleavings were recorded, on a kernel that is named', () => {
    expect(records.length).toBeGreaterThanOrEqual(200)
    expect(header.cases).toBe(records.length)
    expect(header.release).toMatch(/^6\.18/)
  })

  it('every recorded interleaving is one that the model has, and the model finds nothing wrong about itself', () => {
    for (const record of records) {
      const model = modelCase(fs, record)
      if (model === null) throw new Error(`${record.name}: too many states`)
      expect(model.complaints, record.name).toEqual([])
      const mismatch = compareCase(model, record)
      expect(mismatch === null ? null : mismatchText(record, mismatch, record)).toBeNull()
    }
  }, 120 * SECONDS)
})

/** Bugs planted in the model, each with a way in which it must be seen. */
const PLANTED: readonly (readonly [what: string, fs: FileSystemName, bug: Patch])[] = [
  ['nobody waits for writeback', 'ext4', patch('bug', { wait_on_page_writeback: () => undefined })],
  ['lazily freed memory is discarded whoever uses it', 'xfs', patch('bug', { lazyfree_discardable: () => true })],
  ['fork shares pages that are pinned', 'xfs', patch('bug', {
    page_maybe_dma_pinned: () => false,
  })],
  ['truncate does not wait for pages under writeback', 'ext4', patch('bug', {
    truncate_folio_wait: (k, base, mapping, index) => (k.find_get_page_tag(mapping, index, 'PAGECACHE_TAG_WRITEBACK') === null ? base(mapping, index) : false),
  })],
  ['WILLNEED takes no lock', 'xfs', patch('bug', { xfs_file_fadvise: () => undefined })],
  ['direct reads do not flush what is dirty', 'xfs', patch('bug', { kiocb_write_and_wait: () => undefined })],
  ['direct writes leave the page cache as it is', 'ext4', patch('bug', { kiocb_invalidate_pages: () => 0 })],
]

describe('a bug planted in the model is seen in the recordings:', () => {
  it.each(PLANTED)('%s', (_what, fs, bug) => {
    const seen = recording(fs).records.some((record) => {
      try {
        const model = modelCase(fs, record, [bug])
        return model === null || model.complaints.length > 0 || compareCase(model, record) !== null
      } catch {
        return true
      }
    })
    expect(seen).toBe(true)
  }, 60 * SECONDS)
})

describe('cases', () => {
  it('are the same for the same seed, and every one holds what it says', () => {
    const names = (): string[] => [...generateCases('ext4', 25, 7)].map(({ which }) => which.name)
    expect(names()).toEqual(names())
    for (const { model } of generateCases('xfs', 25, 8)) expect(oneRun(model).some(({ held }) => held.length === 1)).toBe(true)
  }, 60 * SECONDS)

  it('have no two of one name', () => {
    const names = [...generateCases('ext4', 60, 3)].map(({ which }) => which.name)
    expect(new Set(names).size).toBe(names.length)
  }, 60 * SECONDS)
})

describe('one case', () => {
  const FSYNC: Case = {
    name: 'fsync during writeback',
    events: [
      { event: 'run', call: { op: 'pwrite', file: 'main', offset: 0, length: 8, value: 1 } },
      { event: 'run', call: { op: 'fsync', file: 'main' } },
      { event: 'run', call: { op: 'pwrite', file: 'main', offset: 0, length: 8, value: 2 } },
      { event: 'hold', io: { of: 'main', page: 0, direction: 'write' } },
      { event: 'start', task: 'A', call: { op: 'sync_file_range', file: 'main', offset: 0, length: 8, flags: 'WRITE' } },
      { event: 'start', task: 'B', call: { op: 'fsync', file: 'main' } },
      { event: 'release', io: { of: 'main', page: 0, direction: 'write' } },
    ],
  }

  it('an fsync waits for writeback that is held, and returns when it is done', () => {
    const model = modelCase('ext4', FSYNC)
    const run = model === null ? [] : oneRun(model)
    expect(run[4]?.main.cache.startsWith('w')).toBe(true)
    expect(run[4]?.tasks.A?.state).toBe('returned')
    expect(run[5]?.tasks.B?.state).toBe('blocked')
    expect(run[6]?.tasks.B).toEqual({ state: 'returned', result: 0, data: '' })
  })

  it('a reader and a writer who wait for one page may come in either order', () => {
    const model = modelCase('ext4', {
      name: 'both wait',
      events: [
        { event: 'run', call: { op: 'pwrite', file: 'main', offset: 0, length: 8, value: 1 } },
        { event: 'run', call: { op: 'fsync', file: 'main' } },
        { event: 'run', call: { op: 'fadvise', file: 'main', offset: 0, length: 0, advice: 'DONTNEED' } },
        { event: 'hold', io: { of: 'main', page: 0, direction: 'read' } },
        { event: 'start', task: 'A', call: { op: 'pread', file: 'main', offset: 0, length: 8 } },
        { event: 'start', task: 'B', call: { op: 'pwrite', file: 'main', offset: 0, length: 8, value: 9 } },
        { event: 'release', io: { of: 'main', page: 0, direction: 'read' } },
      ],
    })
    const read = model?.layers.at(-1)?.map(({ seen }) => seen.observation.tasks.A)
    expect(read).toHaveLength(2)
    expect(new Set(read?.map((state) => (state?.state === 'returned' ? state.data : '')))).toEqual(new Set(['1*1', '9*1']))
  })

  it('is counted in the largest words that it allows', () => {
    expect(grainOf(FSYNC)).toBe(8)
    expect(grainOf({ name: '', events: [{ event: 'run', call: { op: 'ftruncate', file: 'main', size: 12 } }] })).toBe(4)
    expect(grainOf({ name: '', events: [{ event: 'run', call: { op: 'load', map: 'anon', word: 3, length: 1 } }] })).toBe(1)
  })
})
