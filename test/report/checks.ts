/** Checks and matrices by hand, made from the hand-written traces. */
import type { Bound, FailureKind, FoundFailure, Result, Trace } from '../../src/engine/result.js'
import type { Race } from '../../src/races/race.js'
import { checkResult, fileSubject, raceSubject, type CheckedProgram, type CheckResult } from '../../src/report/check-result.js'

/** One explored program; a race if traces are given. */
export function checked(name: string, traces: readonly Trace[], bound: Bound | null = null): CheckedProgram {
  const failures = traces.map((trace) => ({ failure: found(trace), trace }))
  const result: Result = {
    program: name,
    verdict: failures.length > 0 ? 'race' : bound === null ? 'holds' : 'unknown',
    bound,
    failures: failures.map((shown) => shown.failure),
    states: 12_345,
    steps: 67_890,
    depth: 61,
    falseMergeProbability: 4.1e-12,
    method: 'reduced',
    finalStates: 17,
    lockOrders: [],
  }
  return { name, result, seconds: 0.125, failures }
}

export function found(trace: Trace): FoundFailure {
  const failure = trace.failure ?? { kind: 'assertion' as FailureKind, where: '', message: '', task: '' }
  return { ...failure, schedule: trace.schedule, contextSwitches: trace.contextSwitches, steps: trace.steps, shortest: true }
}

/** A small race with two failures and two fixes, about which somebody said something. */
export const RACE: Race = {
  name: 'writeback-wakeup',
  title: 'a wake-up for the page of before',
  thread: { file: 'thread.txt', subject: 'kernel BUG at fs/ext4/inode.c:LINE!' },
  summary: 'A test.',
  kernels: ['v5.10-rc5', 'v5.8'],
  fileSystems: ['ext4'],
  memories: ['sc'],
  programs: [],
  blocks: { summary: 'nothing', actors: [], compose: () => { throw new RangeError('nothing is composed') } },
  failures: [
    {
      name: 'bug-on-writeback',
      summary: 'PG_writeback is set after waiting for it to clear',
      matches: (failure) => failure.kind === 'bug-on',
    },
    { name: 'lost-wakeup', summary: 'a waiter that nobody wakes any more', matches: (failure) => failure.kind === 'lost-wakeup' },
  ],
  fixes: [
    {
      name: 'hugh-2',
      author: 'Hugh Dickins',
      date: '2020-11-24 16:46',
      summary: 'a reference held across the wake-up',
      kernels: ['v5.10-rc5', 'v5.8'],
      claims: [
        { failure: 'bug-on-writeback', says: 'closes', who: 'Hugh Dickins', date: '2020-11-24 16:46', text: 'no reuse before the wake-up' },
      ],
    },
    {
      name: 'while-in-write-cache-pages',
      author: 'Matthew Wilcox',
      date: '2020-11-24 18:33',
      summary: 'test again after waiting',
      kernels: ['v5.10-rc5', 'v5.8'],
      claims: [
        { failure: 'bug-on-writeback', says: 'closes', who: 'Matthew Wilcox', date: '2020-11-24 18:33', text: 'a wake-up does no harm' },
        { failure: 'lost-wakeup', says: 'leaves', who: 'Hugh Dickins', date: '2020-11-24 20:00', text: 'waiters hold a reference, so no' },
      ],
    },
  ],
}

/** A check of the race above. */
export function raceCheck(fixes: readonly string[], programs: readonly CheckedProgram[]): CheckResult {
  const subject = raceSubject(RACE, { kernel: 'v5.10-rc5', fixes, fs: 'ext4', memory: 'sc' })
  return checkResult(subject, programs, { seconds: 0.25, peakMemoryMiB: 61.4 })
}

/** A check of a user's file. */
export function fileCheck(path: string, programs: readonly CheckedProgram[]): CheckResult {
  return checkResult(fileSubject(path, 'sc'), programs, { seconds: 0.25, peakMemoryMiB: 61.4 })
}
