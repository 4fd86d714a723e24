import { setImmediate as breathe } from 'node:timers/promises'
import { Comparison, type Sides } from '../../conform/comparison.js'
import type { TierName, TierResult } from '../../conform/conformance.js'
import { generate } from '../../conform/generate.js'
import { mountImage } from '../../conform/linux/image.js'
import { fileSystemOf, whyNot } from '../../conform/linux/probe.js'
import { SequenceRunner } from '../../conform/linux/run-sequence.js'
import type { Session } from '../../conform/linux/session.js'
import { Tracepoints } from '../../conform/linux/tracepoints.js'
import { compare, ModelRunner } from '../../conform/model/index.js'
import type { FileSystemName, SequenceRecord } from '../../conform/record.js'
import type { Sequence } from '../../conform/sequence.js'
import type { Host } from '../host.js'
import type { ConformMeter } from './meter.js'
import { shippedRecording } from './recordings.js'

/** Steps of a sequence. */
export const STEPS = 20

export interface Wanted {
  readonly fs: FileSystemName
  readonly firstSeed: number
  readonly sequences: number
}

export interface Surroundings {
  readonly host: Host
  readonly meter: ConformMeter
  readonly stopping: () => boolean
}

/** What the real kernel did when it was recorded, against what the model does now. */
export async function compareRecorded(wanted: Wanted, surroundings: Surroundings): Promise<TierResult> {
  const { header, records } = await shippedRecording(surroundings.host.packageRoot, wanted.fs)
  const end = wanted.firstSeed + wanted.sequences
  const chosen = records.filter(({ seed }) => seed >= wanted.firstSeed && seed < end)
  const sides = sidesOf('recorded', wanted.fs, header.release, null)
  if (chosen.length === 0) {
    const last = header.firstSeed + header.sequences - 1
    return { ...new Comparison(sides).result(0), skipped: `seeds ${header.firstSeed} to ${last} are recorded` }
  }
  return takeAll(sides, chosen.length, chosen, surroundings)
}

/** What the kernel of this machine does, against the model. T0: without privileges, in a folder; T1: on a file system of its own. */
export async function compareLive(
  tier: 'T0' | 'T1',
  wanted: Wanted,
  session: Session,
  release: string,
  surroundings: Surroundings,
): Promise<TierResult> {
  const { fs, firstSeed, sequences } = wanted
  const why = await whyNot(session, tier, fs, surroundings.host.holdDaemonScript)
  if (why !== null) return { ...new Comparison(sidesOf(tier, fs, release, null)).result(0), skipped: why }
  return session.undo.scope(async (undo) => {
    const { folder, image } = tier === 'T0' ? { folder: session.folder, image: null } : mountImage(fs, session.folder, undo)
    const runner = new SequenceRunner(session.libc, folder, image)
    undo.add(() => runner.close())
    const explain = (sequence: Sequence, step: number): readonly string[] =>
      Tracepoints.during(session, folder, step, (before) => runner.run(sequence, before))
    const live = { run: (sequence: Sequence) => runner.run(sequence), explain: tier === 'T0' ? null : explain }
    const sides = sidesOf(tier, fs, release, live)
    return takeAll(sides, sequences, liveRecords(runner, firstSeed, sequences), surroundings)
  })
}

function* liveRecords(runner: SequenceRunner, firstSeed: number, sequences: number): Generator<SequenceRecord, void> {
  for (let seed = firstSeed; seed < firstSeed + sequences; seed++) yield runner.run(generate(seed, STEPS))
}

/** The file system of T0: that of the folder for temporary files. */
export function ownFileSystem(session: Session): FileSystemName | null {
  return fileSystemOf(session.folder)
}

function sidesOf(
  tier: TierName,
  fs: FileSystemName,
  release: string,
  live: { readonly run: Sides['kernel']; readonly explain: Sides['explain'] } | null,
): Sides {
  const model = new ModelRunner(fs)
  return {
    tier,
    fs,
    release,
    model: (sequence) => model.run(sequence),
    compare,
    kernel: live?.run ?? null,
    explain: live?.explain ?? null,
  }
}

async function takeAll(
  sides: Sides,
  total: number,
  records: Iterable<SequenceRecord>,
  { meter, stopping }: Surroundings,
): Promise<TierResult> {
  const startedAt = performance.now()
  const comparison = new Comparison(sides)
  for (const record of records) {
    comparison.take(record)
    const { sequences: done, differing } = comparison
    meter.update(`${sides.fs}, ${sides.tier}`, { done, total, of: 'sequences', differing })
    // Ctrl-C is heard between two sequences.
    await breathe()
    if (stopping()) break
  }
  meter.clear()
  return comparison.result((performance.now() - startedAt) / 1000)
}
