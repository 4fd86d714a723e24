/** The model's side of the conformance tests: runs sequences on it, and compares what is observed with what the real kernel did. */
import { LLONG_MAX } from '../../kernel/include/linux/host.js'
import type { Patch } from '../../kernel/kernel.js'
import type { FileSystemName, Observation, SequenceRecord } from '../record.js'
import type { Sequence } from '../sequence.js'
import { contentText } from '../content.js'
import { MAIN_PAGES_MAX, OTHER_PAGES } from '../geometry.js'
import { createBench, type Bench } from './bench.js'
import { execute } from './execute.js'
import { fileState, memoryState, numberOf } from './observe.js'

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
    return { ...sequence, observations, end: endState(bench) }
  }
}

/** Runs one sequence on a fresh model. */
export function runModel(fs: FileSystemName, sequence: Sequence, patches: readonly Patch[] = []): SequenceRecord {
  return new ModelRunner(fs, patches).run(sequence)
}

function endState(bench: Bench): SequenceRecord['end'] {
  const { k, files, areas } = bench
  const whole = (file: (typeof files)['main']): string => {
    const [, data] = k.ksys_pread64(file, 0, file.slots.length * k.config.words, null, false)
    return contentText(data.map(numberOf))
  }
  const main = whole(files.main)
  const other = whole(files.other)
  for (const area of Object.values(areas)) if (area.linked.get()) k.munmap(area)
  for (const file of Object.values(files)) {
    k.vfs_fsync_range(file, 0, LLONG_MAX, false)
    bench.settle()
    k.fadvise_dontneed(file, 0, 0)
  }
  return { main, other, mainAgain: whole(files.main), otherAgain: whole(files.other) }
}
