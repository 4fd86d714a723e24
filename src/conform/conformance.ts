/** What a run of the conformance tests found out, and the same as JSON. */
import type { FileSystemName, SequenceRecord } from './record.js'

/** Where the kernel's side comes from: a recording, or this machine: without privileges (T0), with (T1), with requests to the device held (T2). */
export type TierName = 'recorded' | 'T0' | 'T1' | 'T2'

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
  /** Sequences of calls, or interleavings of what several tasks do while I/O is held. */
  readonly of: 'sequences' | 'interleavings'
  readonly compared: number
  /** How many differ; of these, `differences` shows the first few sequences, `mismatches` every interleaving. */
  readonly differing: number
  /** Those that differed once, and agreed when the kernel was asked again. */
  readonly unrepeatable: number
  readonly differences: readonly Difference[]
  /** In words: the events up to the first that differs, and what each side saw. */
  readonly mismatches: readonly string[]
  readonly seconds: number
}

export interface Conformance {
  readonly tiers: readonly TierResult[]
  /** The user stopped it before everything was compared. */
  readonly stopped: boolean
}

/** Nothing differs, and something was compared. */
export function agrees({ tiers, stopped }: Conformance): boolean {
  return !stopped && tiers.every((tier) => tier.differing === 0) && tiers.some((tier) => tier.compared > 0)
}

/** A tier before anything was compared. */
export function untried(tier: TierName, fs: FileSystemName, of: TierResult['of'], release: string, skipped: string | null): TierResult {
  return { tier, fs, release, skipped, of, compared: 0, differing: 0, unrepeatable: 0, differences: [], mismatches: [], seconds: 0 }
}

export function conformanceJson(conformance: Conformance): string {
  return `${JSON.stringify({ schema: 'heddle-conformance/1', agrees: agrees(conformance), ...conformance }, null, 2)}\n`
}
