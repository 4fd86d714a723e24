/** The rows of the benchmark: one program with its parameters, in TypeScript for Heddle and in Promela for SPIN. */

export interface Row {
  readonly id: string
  readonly title: string
  /** The program for Heddle: `bench/rows/<file>.ts`. */
  readonly file: string
  readonly verdict: 'holds' | 'race'
  /** Slowest time to the verdict that is good enough, in seconds: the best peer's where that is more than 0.3, else 0.25. */
  readonly target: number
  /** The peer that `target` comes from, with its time. */
  readonly bestPeer: string
  /** Absent where SPIN would take many minutes. */
  readonly spin?: SpinModel
  /** Fewest context switches of a failing schedule, found by hand. */
  readonly switchesByHand?: number
}

export interface SpinModel {
  /** `bench/promela/<model>.pml`. */
  readonly model: string
  readonly defines: readonly string[]
  /** Rounds to run at most, where one takes long. */
  readonly rounds?: number
}

/** Times of the peers are those of the machine the targets were set on; SPIN is measured again beside Heddle. */
export const ROWS: readonly Row[] = [
  {
    id: 'w1-3-4',
    title: 'W1 (3,4)',
    file: 'w1-3-4',
    verdict: 'holds',
    target: 1.0,
    bestPeer: 'TLC 1.0',
    spin: { model: 'w1-lost-update', defines: ['N=3', 'K=4'] },
  },
  {
    id: 'w1-4-3',
    title: 'W1 (4,3)',
    file: 'w1-4-3',
    verdict: 'holds',
    target: 1.1,
    bestPeer: 'SPIN 1.1',
    spin: { model: 'w1-lost-update', defines: ['N=4', 'K=3'] },
  },
  {
    id: 'w2-10',
    title: 'W2 (10)',
    file: 'w2-10',
    verdict: 'holds',
    target: 0.25,
    bestPeer: 'GenMC 0.14',
    spin: { model: 'w2-lastzero', defines: ['N=10'] },
  },
  {
    id: 'w2-12',
    title: 'W2 (12)',
    file: 'w2-12',
    verdict: 'holds',
    target: 0.59,
    bestPeer: 'GenMC 0.59',
    spin: { model: 'w2-lastzero', defines: ['N=12'], rounds: 1 },
  },
  { id: 'w2-15', title: 'W2 (15)', file: 'w2-15', verdict: 'holds', target: 60, bestPeer: '–' },
  {
    id: 'w3-2-fixed',
    title: 'W3 N=2, fixed',
    file: 'w3-2-fixed',
    verdict: 'holds',
    target: 0.25,
    bestPeer: 'Nidhugg 0.29',
    spin: { model: 'w3-writeback', defines: ['N=2', 'FIXED'] },
  },
  {
    id: 'w3-3-fixed',
    title: 'W3 N=3, fixed',
    file: 'w3-3-fixed',
    verdict: 'holds',
    target: 1.1,
    bestPeer: 'SPIN 1.1',
    spin: { model: 'w3-writeback', defines: ['N=3', 'FIXED'] },
  },
  {
    id: 'w3-4-fixed',
    title: 'W3 N=4, fixed',
    file: 'w3-4-fixed',
    verdict: 'holds',
    target: 60,
    bestPeer: '–',
    spin: { model: 'w3-writeback', defines: ['N=4', 'FIXED'], rounds: 1 },
  },
  {
    id: 'w4-3-fixed',
    title: 'W4 N=3, fixed',
    file: 'w4-3-fixed',
    verdict: 'holds',
    target: 0.8,
    bestPeer: 'TLC 0.8',
    spin: { model: 'w4-madv-free', defines: ['N=3', 'FIXED'] },
  },
  {
    id: 'w3-3',
    title: 'W3 N=3, failure',
    file: 'w3-3',
    verdict: 'race',
    target: 1.0,
    bestPeer: 'SPIN 1.0',
    spin: { model: 'w3-writeback', defines: ['N=3'] },
    switchesByHand: 4,
  },
  {
    id: 'w4-3',
    title: 'W4 N=3, failure',
    file: 'w4-3',
    verdict: 'race',
    target: 0.25,
    bestPeer: 'GenMC 0.04',
    spin: { model: 'w4-madv-free', defines: ['N=3'] },
    switchesByHand: 3,
  },
]
