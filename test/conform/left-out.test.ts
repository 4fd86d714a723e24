/** What docs/conformance.md says that the model, or the sequences, leave out. */
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { ModelRunner, compare } from '../../src/conform/model/index.js'
import { readRecording } from '../../src/conform/record.js'
import type { Operation } from '../../src/conform/sequence.js'
import { patch } from '../../src/kernel/kernel.js'
import { recordsOf } from './recordings.js'

const FILE_SYSTEMS = ['ext4', 'xfs'] as const

describe.each(FILE_SYSTEMS)('what is left out, on %s:', (fs) => {
  const run = (...steps: readonly Operation[]): ReturnType<ModelRunner['run']> => new ModelRunner(fs).run({ seed: 0, steps })

  test('readahead and large folios, which the recordings were made without', () => {
    const { header } = readRecording(gunzipSync(readFileSync(new URL(`../../fixtures/conform/${fs}.jsonl.gz`, import.meta.url))).toString())
    expect(header.tuning).toContain('read_ahead_kb 0')
    expect(header.tuning).toContain('pwrite in pieces that do not cross a page')
    const { observations } = run({ op: 'pread', file: 'other', offset: 0, length: 1 })
    expect(observations[0]?.other.cache).toBe('c...')
  })

  test('MADV_COLD and the switch of DAX, after which nothing that is observed has changed', () => {
    const write: Operation = { op: 'pwrite', file: 'main', offset: 0, length: 8, value: 1 }
    const load: Operation = { op: 'load', map: 'shared', word: 0, length: 1 }
    const cold: Operation = { op: 'madvise', map: 'shared', word: 0, length: 8, advice: 'COLD' }
    const [, before, afterCold, afterDax] = run(write, load, cold, { op: 'set_dax', dax: true }).observations
    for (const after of [afterCold, afterDax]) expect(after?.main).toEqual(before?.main)
  })

  test('calls that overlap: sequences do not show whether a direct read dirties its pages once more when it is done', () => {
    const forgets = patch('a direct read does not dirty the pages it reads into', {
      bio_set_pages_dirty: () => undefined,
      bio_check_pages_dirty: (k, _base, bio) => k.bio_release_pages(bio, false),
    })
    const runner = new ModelRunner(fs, [forgets])
    expect(recordsOf(fs).slice(0, 300).flatMap((record) => compare(record, runner.run(record)))).toEqual([])
  })
})
