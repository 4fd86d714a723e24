import type { Case, CaseRecord } from '../case.js'
import type { CaseModel } from '../model/held/case-model.js'
import { compareCase, type CaseMismatch } from '../model/held/compare-case.js'
import { generateCases } from '../model/held/generate-cases.js'
import type { FileSystemName } from '../record.js'
import { heldGround } from './held-ground.js'
import { CaseRunner } from './run-case.js'
import type { Session } from './session.js'

export interface InterleavingsWanted {
  readonly fs: FileSystemName
  readonly cases: number
  readonly seed: number
  readonly daemonScript: URL
}

/** One case on both sides. */
export interface Interleaving {
  readonly which: Case
  readonly model: CaseModel
  /** Null if the case could not be run. */
  readonly record: CaseRecord | null
  /** Where the kernel did what the model says can not happen, the same way every time it was tried; or why it could not be run. */
  readonly mismatch: CaseMismatch | null
}

/** How long a task has to sleep until it counts as blocked: a difference is one only if it is still there with more patience. */
const PATIENCE = [1, 10, 30] as const

/** Cases made from the model, one after the other, on the real kernel. Ends early when the user wants to stop. */
export async function runInterleavings(session: Session, wanted: InterleavingsWanted, told: (done: Interleaving) => void): Promise<void> {
  const { fs, cases, seed, daemonScript } = wanted
  await session.undo.scope(async (undo) => {
    const runner = new CaseRunner(session.libc, await heldGround(fs, session.folder, daemonScript, undo))
    undo.add(() => runner.close())
    for (const { which, model } of generateCases(fs, cases, seed)) {
      if (session.stopping()) return
      told({ which, model, ...(await runPatiently(runner, which, model)) })
    }
  })
}

/** The case until the kernel does what the model says may happen, with more patience each time. */
export async function runPatiently(runner: CaseRunner, which: Case, model: CaseModel): Promise<Pick<Interleaving, 'record' | 'mismatch'>> {
  let last: Pick<Interleaving, 'record' | 'mismatch'> = { record: null, mismatch: null }
  for (const patience of PATIENCE) {
    try {
      const record = await runner.run(which, patience)
      last = { record, mismatch: compareCase(model, record) }
      if (last.mismatch === null) return last
    } catch (error) {
      last = { record: null, mismatch: { event: 0, field: 'run', kernel: error instanceof Error ? error.message : String(error), model: [] } }
    }
  }
  return last
}
