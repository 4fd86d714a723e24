import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { setImmediate as breathe } from 'node:timers/promises'
import { gunzipSync } from 'node:zlib'
import { readCaseRecording } from '../../conform/case-recording.js'
import { untried, type TierResult } from '../../conform/conformance.js'
import { whyNot } from '../../conform/linux/probe.js'
import type { Session } from '../../conform/linux/session.js'
import { runInterleavings } from '../../conform/linux/run-interleavings.js'
import { modelCase } from '../../conform/model/held/case-model.js'
import { compareCase } from '../../conform/model/held/compare-case.js'
import { mismatchText } from '../../conform/model/held/mismatch-text.js'
import type { FileSystemName } from '../../conform/record.js'
import type { Surroundings } from './compare.js'

export interface InterleavingsWanted {
  readonly fs: FileSystemName
  readonly cases: number
  readonly seed: number
}

/** What the real kernel did with interleavings when it was recorded, against everything that the model says may happen. */
export async function compareRecordedInterleavings({ fs, cases }: InterleavingsWanted, surroundings: Surroundings): Promise<TierResult> {
  const file = path.join(surroundings.host.packageRoot, 'fixtures', 'conform', `interleavings-${fs}.jsonl.gz`)
  const { header, records } = readCaseRecording(gunzipSync(await readFile(file)).toString())
  const chosen = records.slice(0, cases)
  const tally = new Tally(untried('recorded', fs, 'interleavings', header.release, null), chosen.length, surroundings)
  for (const record of chosen) {
    const model = modelCase(fs, record)
    const mismatch = model === null ? null : compareCase(model, record)
    tally.take(mismatch === null ? null : mismatchText(record, mismatch, record))
    // Ctrl-C is heard between two cases.
    await breathe()
    if (surroundings.stopping()) break
  }
  return tally.result()
}

/** Cases made from the model, on the kernel of this machine. */
export async function compareLiveInterleavings(
  { fs, cases, seed }: InterleavingsWanted,
  session: Session,
  release: string,
  surroundings: Surroundings,
): Promise<TierResult> {
  const { holdDaemonScript } = surroundings.host
  const why = await whyNot(session, 'T2', fs, holdDaemonScript)
  const tier = untried('T2', fs, 'interleavings', release, why)
  if (why !== null) return tier
  const tally = new Tally(tier, cases, surroundings)
  await runInterleavings(session, { fs, cases, seed, daemonScript: holdDaemonScript }, ({ which, record, mismatch }) =>
    tally.take(mismatch === null ? null : mismatchText(which, mismatch, record)),
  )
  return tally.result()
}

/** Counts cases, and says how far it has got. */
class Tally {
  readonly #startedAt = performance.now()
  readonly #mismatches: string[] = []
  #compared = 0

  constructor(
    private readonly tier: TierResult,
    private readonly total: number,
    private readonly surroundings: Surroundings,
  ) {}

  /** @param mismatch null where the kernel did what the model says may happen */
  take(mismatch: string | null): void {
    this.#compared++
    if (mismatch !== null) this.#mismatches.push(mismatch)
    const { fs, tier } = this.tier
    this.surroundings.meter.update(`${fs}, ${tier}`, {
      done: this.#compared,
      total: this.total,
      of: 'interleavings',
      differing: this.#mismatches.length,
    })
  }

  result(): TierResult {
    this.surroundings.meter.clear()
    return {
      ...this.tier,
      compared: this.#compared,
      differing: this.#mismatches.length,
      mismatches: this.#mismatches,
      seconds: (performance.now() - this.#startedAt) / 1000,
    }
  }
}
