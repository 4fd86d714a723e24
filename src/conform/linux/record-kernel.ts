import { arch, release } from 'node:os'
import { setImmediate as breathe } from 'node:timers/promises'
import { GENERATOR_VERSION, generate } from '../generate.js'
import { RECORDING_FORMAT, type FileSystemName, type RecordingHeader, type SequenceRecord } from '../record.js'
import { MKFS, MOUNT, mountImage } from './image.js'
import { SequenceRunner } from './run-sequence.js'
import type { Session } from './session.js'

/** What the runs have in common that is not the kernel's default, and is written into every recording. */
const TUNING = [
  'read_ahead_kb 0',
  'mappings at multiples of 2 MiB',
  'pwrite in pieces that do not cross a page',
  'fadvise DONTNEED after sync_file_range; three times, as madvise PAGEOUT',
  'observed when nothing is under writeback or being read',
]

export interface Wanted {
  readonly fs: FileSystemName
  readonly firstSeed: number
  readonly sequences: number
  /** Steps of a sequence. */
  readonly length: number
}

export function recordingHeader({ fs, firstSeed, sequences }: Wanted): RecordingHeader {
  return {
    format: RECORDING_FORMAT,
    release: release(),
    machine: arch(),
    fs,
    mkfs: MKFS[fs],
    mount: MOUNT[fs],
    tuning: TUNING,
    generator: GENERATOR_VERSION,
    firstSeed,
    sequences,
  }
}

/** Runs the wanted sequences on a fresh file system, one after the other; the user may stop it between two. */
export async function recordKernel(session: Session, wanted: Wanted, record: (one: SequenceRecord) => void): Promise<void> {
  await session.undo.scope(async (undo) => {
    const { folder, image } = mountImage(wanted.fs, session.folder, undo)
    const runner = new SequenceRunner(session.libc, folder, image)
    undo.add(() => runner.close())
    const end = wanted.firstSeed + wanted.sequences
    for (let seed = wanted.firstSeed; seed < end && !session.stopping(); seed++) {
      record(runner.run(generate(seed, wanted.length)))
      await breathe()
    }
  })
}
