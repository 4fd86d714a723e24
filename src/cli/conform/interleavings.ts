import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { release } from 'node:os'
import { gunzipSync } from 'node:zlib'
import { readCaseRecording } from '../../conform/case-recording.js'
import type { Session } from '../../conform/linux/session.js'
import { runInterleavings } from '../../conform/linux/run-interleavings.js'
import { modelCase } from '../../conform/model/held/case-model.js'
import { compareCase } from '../../conform/model/held/compare-case.js'
import { mismatchText } from '../../conform/model/held/mismatch-text.js'
import type { FileSystemName } from '../../conform/record.js'
import type { Host } from '../host.js'

/** @returns how many of the recorded interleavings the model does not have */
export async function compareRecordedInterleavings(fs: FileSystemName, host: Host): Promise<number> {
  const file = path.join(host.packageRoot, 'fixtures', 'conform', `interleavings-${fs}.jsonl.gz`)
  const { header, records } = readCaseRecording(gunzipSync(await readFile(file)).toString())
  let differing = 0
  for (const record of records) {
    const model = modelCase(fs, record)
    const mismatch = model === null ? null : compareCase(model, record)
    if (mismatch === null) continue
    differing++
    host.stdout.write(`${mismatchText(record, mismatch, record)}\n`)
  }
  host.stdout.write(lineOf('recorded', fs, records.length, differing, header.release))
  return differing
}

/** Cases made from the model, on the kernel of this machine. @returns how many it does not have */
export async function compareLiveInterleavings(session: Session, fs: FileSystemName, cases: number, seed: number, host: Host): Promise<number> {
  let done = 0
  let differing = 0
  await runInterleavings(session, { fs, cases, seed, daemonScript: host.holdDaemonScript }, ({ which, record, mismatch }) => {
    done++
    if (mismatch === null) return
    differing++
    host.stdout.write(`${mismatchText(which, mismatch, record)}\n`)
  })
  host.stdout.write(lineOf('T2 held I/O', fs, done, differing, release()))
  return differing
}

function lineOf(tier: string, fs: FileSystemName, cases: number, differing: number, kernel: string): string {
  return `${tier.padEnd(11)} ${fs.padEnd(5)} ${cases} interleavings, ${differing === 0 ? 'no difference' : `${differing} differ`} (Linux ${kernel})\n`
}
