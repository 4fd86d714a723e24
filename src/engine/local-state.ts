import { mixA, mixB } from './hash.js'
import type { Operation } from './operation.js'
import type { Failure } from './result.js'

export const enum Status {
  /** Inside a log: no task stops here, or it is not known yet. */
  Open,
  /** The task's next operation is known. */
  Pending,
  Done,
  Failed,
}

/** A change to private memory that outlives the call that made it. */
export interface Effect {
  readonly own: number
  readonly code: number
}

/**
 * A log of a task's open frames, and so the task's local state. Logs share prefixes: each is its parent and one entry.
 * Logs with the same content are the same object. What a task does next is a function of its log, found out once by
 * running the task, then looked up.
 */
export class LocalState {
  status: Status = Status.Open
  operation: Operation | undefined
  failure: Failure | undefined
  /** Open table functions, outermost first. */
  frames: readonly string[] = []
  /** Small integer that stands for this local state in the state vector; -1 until a task stops here. */
  id = -1
  private readonly results = new Map<number, LocalState>()
  private readonly returns = new Map<string, LocalState>()
  private firstResult = -1
  private firstSuccessor: LocalState | undefined
  private readonly successors = new Map<number, LocalState>()

  constructor(
    readonly parent: LocalState | undefined,
    /** `result` of an operation, `return` of a call, or `effects` of forgotten iterations. */
    readonly entry: 'root' | 'result' | 'return' | 'effects',
    readonly code: number,
    /** For a `return` or `effects`: how many frames were open at the call, which tells a call from one it begins with. */
    readonly level: number,
    readonly effects: readonly Effect[],
    readonly depth: number,
    readonly hashA: number,
    readonly hashB: number,
  ) {}

  /** The log that follows when the next operation answers `code`, whose content hashes are given. */
  withResult(code: number, laneA: number, laneB: number): LocalState {
    let next = this.results.get(code)
    if (next === undefined) {
      next = this.child('result', code, 0, [], mixA(laneA ^ 0x1b873593), mixB(laneB ^ 0x38b34ae5))
      this.results.set(code, next)
    }
    return next
  }

  /** The log that follows when the next call has returned `code`, or when iterations were forgotten. */
  withReturn(
    entry: 'return' | 'effects',
    code: number,
    level: number,
    effects: readonly Effect[],
    lanes: (code: number) => readonly [number, number],
  ): LocalState {
    const key = `${entry}${code}@${level};${effects.map((effect) => `${effect.own}=${effect.code}`).join()}`
    let next = this.returns.get(key)
    if (next === undefined) {
      const [laneA, laneB] = lanes(code)
      let a = mixA(laneA ^ Math.imul(level + 1, entry === 'return' ? 0x68e31da5 : 0x5bd1e995))
      let b = mixB(laneB ^ Math.imul(level + 1, entry === 'return' ? 0x1f123bb5 : 0x7ed55d17))
      for (const effect of effects) {
        const [effectA, effectB] = lanes(effect.code)
        a = mixA(Math.imul(a, 33) ^ effect.own ^ effectA)
        b = mixB(Math.imul(b, 35) ^ effect.own ^ effectB)
      }
      next = this.child(entry, code, level, effects, a, b)
      this.returns.set(key, next)
    }
    return next
  }

  /** Where the task stops next after its operation answered `code`; undefined if it was not tried yet. */
  successor(code: number): LocalState | undefined {
    return code === this.firstResult ? this.firstSuccessor : this.successors.get(code)
  }

  learn(code: number, next: LocalState): void {
    if (this.firstSuccessor === undefined) {
      this.firstResult = code
      this.firstSuccessor = next
    } else {
      this.successors.set(code, next)
    }
  }

  /** Tasks that were started by the operation: it leads there too. */
  readonly started = new Set<LocalState>()

  /** Every local state that is known to follow, in this task or in one that it starts. */
  following(): LocalState[] {
    const first = this.firstSuccessor === undefined ? [] : [this.firstSuccessor]
    return [...first, ...this.successors.values(), ...this.started]
  }

  private child(
    entry: 'result' | 'return' | 'effects',
    code: number,
    level: number,
    effects: readonly Effect[],
    a: number,
    b: number,
  ): LocalState {
    return new LocalState(
      this,
      entry,
      code,
      level,
      effects,
      this.depth + 1,
      mixA(Math.imul(this.hashA, 0x01000193) ^ a),
      mixB(Math.imul(this.hashB, 0x01000193) ^ b),
    )
  }
}
