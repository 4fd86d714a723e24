import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { readRecording, type FileSystemName, type SequenceRecord } from '../../src/conform/record.js'

/** What the real kernel did, from the fixtures. */
export function recordsOf(fs: FileSystemName): readonly SequenceRecord[] {
  const file = new URL(`../../fixtures/conform/${fs}.jsonl.gz`, import.meta.url)
  return readRecording(gunzipSync(readFileSync(file)).toString()).records
}
