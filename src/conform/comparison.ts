import { untried, type Difference, type FieldDifference, type TierName, type TierResult } from './conformance.js'
import type { FileSystemName, SequenceRecord } from './record.js'
import type { Sequence } from './sequence.js'
import { shrink } from './shrink.js'

/** Differences that are kept in full; the others are counted. */
const KEPT_MAX = 5

export type Run = (sequence: Sequence) => SequenceRecord

export interface Sides {
  readonly tier: TierName
  readonly fs: FileSystemName
  /** Of the kernel. */
  readonly release: string
  /** May throw, if it finds something wrong about itself. */
  readonly model: Run
  /** In order of the steps; what either side does not observe is no difference. */
  readonly compare: (kernel: SequenceRecord, model: SequenceRecord) => readonly FieldDifference[]
  /** Asks the kernel again; null if there are only recordings. */
  readonly kernel: Run | null
  /** What the kernel says of itself during this step of a sequence. */
  readonly explain: ((sequence: Sequence, step: number) => readonly string[]) | null
}

/** The kernel's side against the model's, sequence by sequence. */
export class Comparison {
  #sequences = 0
  #differing = 0
  #unrepeatable = 0
  readonly #differences: Difference[] = []

  constructor(private readonly sides: Sides) {}

  get sequences(): number {
    return this.#sequences
  }

  get differing(): number {
    return this.#differing
  }

  /** @param record what the kernel did */
  take(record: SequenceRecord): void {
    this.#sequences++
    const found = this.#difference(record)
    if (found === null) return
    const { kernel } = this.sides
    // A page may have been held, or the caches dropped, by somebody else on the machine.
    if (kernel !== null && this.#difference(kernel(record)) === null) {
      this.#unrepeatable++
      return
    }
    this.#differing++
    if (this.#differences.length < KEPT_MAX) this.#differences.push(this.#shortest(found))
  }

  result(seconds: number): TierResult {
    const { tier, fs, release } = this.sides
    return {
      ...untried(tier, fs, 'sequences', release, null),
      compared: this.#sequences,
      differing: this.#differing,
      unrepeatable: this.#unrepeatable,
      differences: this.#differences,
      seconds,
    }
  }

  #difference(kernel: SequenceRecord): Difference | null {
    const model = this.#model(kernel)
    if (typeof model === 'string') {
      return { kernel, model: null, fields: [{ step: kernel.steps.length, field: 'the model', expected: 'went on', actual: model }], events: [] }
    }
    const fields = this.sides.compare(kernel, model)
    return fields.length === 0 ? null : { kernel, model, fields, events: [] }
  }

  /** @returns what the model complains of, if it does */
  #model(sequence: Sequence): SequenceRecord | string {
    try {
      return this.sides.model({ seed: sequence.seed, steps: sequence.steps })
    } catch (error) {
      return error instanceof Error ? error.message : String(error)
    }
  }

  #shortest(found: Difference): Difference {
    const { kernel, explain } = this.sides
    if (kernel === null) return cutAfterFirst(found)
    const field = found.fields[0]?.field
    const shows = (candidate: Sequence): boolean => this.#difference(kernel(candidate))?.fields[0]?.field === field
    const sequence = shrink(found.kernel, shows)
    const shortest = this.#difference(kernel(sequence)) ?? found
    const step = shortest.fields[0]?.step ?? 0
    return explain === null || step >= sequence.steps.length ? shortest : { ...shortest, events: explain(sequence, step) }
  }
}

/** Without the steps after the first that differs: what came before it does not depend on them. The end state does. */
function cutAfterFirst(found: Difference): Difference {
  const first = found.fields[0]?.step ?? 0
  const cut = (record: SequenceRecord): SequenceRecord => ({
    ...record,
    steps: record.steps.slice(0, first + 1),
    observations: record.observations.slice(0, first + 1),
  })
  return {
    ...found,
    kernel: cut(found.kernel),
    model: found.model === null ? null : cut(found.model),
    fields: found.fields.filter((field) => field.step === first),
  }
}
