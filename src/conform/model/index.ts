/** The model's side of the conformance tests: runs sequences on it, and compares what is observed with what the real kernel did. */
import type { Patch } from '../../kernel/kernel.js'
import type { FileSystemName, Observation, SequenceRecord } from '../record.js'
import type { Sequence } from '../sequence.js'
import { MAIN_PAGES_MAX, OTHER_PAGES } from '../geometry.js'
import { createBench, type Bench } from './bench.js'
import { execute } from './execute.js'
import { endState } from './end-state.js'
import { fileState, memoryState } from './observe.js'

export { compare, type Mismatch } from './compare.js'

/** A machine with the model of v6.18 on it, for one sequence after the other. */
export class ModelRunner {
  readonly #bench: Bench

  /** @param patches on top of v6.18, in order */
  constructor(fs: FileSystemName, patches: readonly Patch[] = []) {
    this.#bench = createBench(fs, patches)
  }

  /** @throws Error if the model finds something wrong about itself: a BUG, a WARN, a page that is freed in use */
  run(sequence: Sequence): SequenceRecord {
    const bench = this.#bench
    bench.reset()
    const observations: Observation[] = []
    for (const step of sequence.steps) {
      const outcome = execute(bench, step)
      bench.settle()
      observations.push({
        ...outcome,
        main: fileState(bench.files.main, MAIN_PAGES_MAX),
        other: fileState(bench.files.other, OTHER_PAGES),
        memory: memoryState(bench),
      })
      const [complaint] = bench.complaints()
      if (complaint !== undefined) throw new Error(`seed ${sequence.seed}, step ${observations.length}: the model itself is wrong: ${complaint}`)
    }
    return { ...sequence, observations, end: endState(bench, () => bench.settle()) }
  }
}

/** Runs one sequence on a fresh model. */
export function runModel(fs: FileSystemName, sequence: Sequence, patches: readonly Patch[] = []): SequenceRecord {
  return new ModelRunner(fs, patches).run(sequence)
}
