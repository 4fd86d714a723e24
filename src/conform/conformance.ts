/** What a run of the conformance tests found out, and the same as JSON. */
import type { FileSystemName, SequenceRecord } from './record.js'

/** Where the kernel's side comes from: a recording, or this machine without (T0) or with privileges (T1). */
export type TierName = 'recorded' | 'T0' | 'T1'

/** A field of an observation that the two sides see differently. */
export interface FieldDifference {
  /** From 0; the number of steps for the end state. */
  readonly step: number
  /** `result`, `main.blocks`, `end.mainAgain` and so on. */
  readonly field: string
  /** By the kernel. */
  readonly expected: string
  /** By the model. */
  readonly actual: string
}

export interface Difference {
  /** The shortest sequence that shows it, where it could be made shorter. */
  readonly kernel: SequenceRecord
  /** null if it gave up. */
  readonly model: SequenceRecord | null
  readonly fields: readonly FieldDifference[]
  /** What the kernel's tracepoints said during the first step that differs; none if it was not asked. */
  readonly events: readonly string[]
}

export interface TierResult {
  readonly tier: TierName
  readonly fs: FileSystemName
  /** Of the kernel. */
  readonly release: string
  /** Why it could not run; null if it did. */
  readonly skipped: string | null
  /** Sequences that were compared. */
  readonly sequences: number
  /** Sequences that differ; of these, `differences` shows the first few. */
  readonly differing: number
  /** Sequences that differed once, and agreed when the kernel was asked again. */
  readonly unrepeatable: number
  readonly differences: readonly Difference[]
  readonly seconds: number
}

export interface Conformance {
  readonly tiers: readonly TierResult[]
  /** The user stopped it before everything was compared. */
  readonly stopped: boolean
}

/** Nothing differs, and something was compared. */
export function agrees({ tiers, stopped }: Conformance): boolean {
  return !stopped && tiers.every((tier) => tier.differing === 0) && tiers.some((tier) => tier.sequences > 0)
}

export function conformanceJson(conformance: Conformance): string {
  return `${JSON.stringify({ schema: 'heddle-conformance/1', agrees: agrees(conformance), ...conformance }, null, 2)}\n`
}
