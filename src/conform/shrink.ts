import { mainWordsAtMost } from './generate.js'
import { MAIN_PAGES_MAX, PAGE_WORDS } from './geometry.js'
import type { Operation, Sequence } from './sequence.js'

/**
 * The shortest sequence, made by deleting steps, that still shows what is looked for.
 * @param shows true of `sequence`
 * @returns a sequence of which no single step can be deleted
 */
export function shrink(sequence: Sequence, shows: (candidate: Sequence) => boolean): Sequence {
  let { steps } = sequence
  let length = Math.ceil(steps.length / 2)
  while (length >= 1) {
    const shorter = withoutSome(steps, length, (candidate) => shows({ seed: sequence.seed, steps: candidate }))
    if (shorter !== null) steps = shorter
    else if (length === 1) break
    else length = Math.ceil(length / 2)
  }
  return { seed: sequence.seed, steps }
}

/** The steps without `length` of them in a row, from the end; null if they are all needed. */
function withoutSome(
  steps: readonly Operation[],
  length: number,
  shows: (candidate: readonly Operation[]) => boolean,
): readonly Operation[] | null {
  for (let end = steps.length; end > 0; end -= length) {
    const candidate = [...steps.slice(0, Math.max(0, end - length)), ...steps.slice(end)]
    if (candidate.length > 0 && isObservable(candidate) && shows(candidate)) return candidate
  }
  return null
}

/** Without a truncation, say, an inserted range may move data to where nobody looks. */
function isObservable(steps: readonly Operation[]): boolean {
  return mainWordsAtMost(steps) <= MAIN_PAGES_MAX * PAGE_WORDS
}
