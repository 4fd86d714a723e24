import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { gunzipSync } from 'node:zlib'
import { readRecording, type FileSystemName, type Recording } from '../../conform/record.js'

/** What the real kernel did with random sequences, as shipped with Heddle. */
export async function shippedRecording(packageRoot: string, fs: FileSystemName): Promise<Recording> {
  const file = path.join(packageRoot, 'fixtures', 'conform', recordingName(fs))
  return readRecording(gunzipSync(await readFile(file)).toString())
}

export function recordingName(fs: FileSystemName): string {
  return `${fs}.jsonl.gz`
}
