/** The same schedule on another program: where the two part. */
import { Status } from './local-state.js'
import type { Machine } from './machine.js'
import type { Operation } from './operation.js'
import type { Program } from './program.js'
import { readSchedule } from './schedule.js'
import { choiceOf, move, taskOf } from './search/failures.js'
import { nextOf } from './trace.js'
import { Walker } from './walk-on.js'

/** Where and why a schedule can not be followed to the letter. */
export interface Parting {
  /** Position of the step among those of the original schedule. */
  readonly at: number
  readonly task: number
  readonly reason: 'waits' | 'finished' | 'failed' | 'not started' | 'other step'
  /** In words: `A waits for the page lock, held by B`. */
  readonly text: string
}

export interface WhatIf {
  /** The other program's schedule, as far as it follows: replay it for its states. */
  readonly token: string
  /** The first step that is not the same; null if all are. */
  readonly parts: Parting | null
  /** Where it can not be followed at all any more; null if it could to the end, but for the steps counted below. */
  readonly stops: Parting | null
  /** Steps that the other program made besides, and steps of the original that it does not make. */
  readonly added: number
  readonly dropped: number
  /** For each step of the original, by position, that of the same step in the other schedule; -1 if it has none. */
  readonly counterparts: readonly number[]
}

/** How far is looked ahead for the step that is to come, in steps of one task. */
const AHEAD_MAX = 40

/**
 * Runs a schedule of `subject` on `other`: each task does what it did, with the steps in between that `other` has besides and without
 * those that it has not.
 * @throws ProgramError if the token is malformed or does not fit `subject`
 */
export function whatIf(subject: Program, other: Program, token: string): WhatIf {
  const moves = plan(subject, token)
  return new Follower(new Walker(other), moves).follow()
}

/** A move of the original. */
interface Planned {
  readonly task: number
  readonly choice: number
  readonly says: string
  /** Position of its step in the trace. */
  readonly at: number
  /** Whether it completes the step. */
  readonly completes: boolean
}

function plan(subject: Program, token: string): readonly Planned[] {
  const walker = new Walker(subject)
  const { machine } = walker
  let at = 0
  return readSchedule(token).path.map((m) => {
    const says = signature(machine, nextOf(machine, m, at))
    const completes = walker.make(m)
    return { task: taskOf(m), choice: choiceOf(m), says, at: completes ? at++ : at, completes }
  })
}

/** Two operations with the same signature are the same step, whatever comes of them. */
function signature(machine: Machine, op: Operation): string {
  const detail = op.kind.detail?.(machine, op) ?? ''
  const what = op.object.slot < 0 ? `${op.kind.name}(${detail})` : machine.describe(op)
  return `${op.kind.invisible === 'choice' ? 'choice: ' : ''}${what}`
}

class Follower {
  private parts: Parting | null = null
  private stops: Parting | null = null
  private added = 0
  private dropped = 0
  private steps = 0
  private readonly counterparts: number[]

  constructor(
    private readonly walker: Walker,
    private readonly moves: readonly Planned[],
  ) {
    this.counterparts = moves.filter(({ completes }) => completes).map(() => -1)
  }

  follow(): WhatIf {
    for (const [index, planned] of this.moves.entries()) {
      if (!this.followMove(index, planned)) break
    }
    const { walker, parts, stops, added, dropped, counterparts } = this
    return { token: walker.token, parts, stops, added, dropped, counterparts }
  }

  /** Makes one move of the original, or leaves it out; false if the schedule can not be followed any more. */
  private followMove(index: number, planned: Planned): boolean {
    const { walker } = this
    const { task } = planned
    const { machine } = walker
    const op = walker.pending(task)
    if (op !== undefined && machine.canStep(task) && signature(machine, op) === planned.says) return this.make(planned)
    this.parts ??= this.parting(planned)
    if (this.hasFinished(task)) {
      if (planned.completes) this.dropped++
      return true
    }
    const rest = this.moves.slice(index).filter((later) => later.task === task)
    const { extra, missing } = this.align(task, rest)
    if (missing > 0) {
      if (planned.completes) this.dropped++
      return true
    }
    if (extra < 0) {
      this.stops = this.parting(planned)
      return false
    }
    for (let i = 0; i < extra; i++) {
      if (walker.make(move(task, 0))) {
        this.steps++
        this.added++
      }
    }
    return this.make(planned)
  }

  /** A task that has less to do may be done before. */
  private hasFinished(task: number): boolean {
    const { machine } = this.walker
    return task < machine.tasks.length && machine.local(task) === machine.doneState
  }

  private make({ task, choice, at, completes }: Planned): boolean {
    const { walker } = this
    const ways = walker.pending(task)?.a ?? 1
    const chooses = walker.pending(task)?.kind.invisible === 'choice'
    if (walker.make(move(task, chooses && choice < ways ? choice : 0))) this.counterparts[at] = this.steps++
    else if (completes) this.counterparts[at] = this.steps
    return true
  }

  /**
   * The fewest steps that the task has to make besides, and of those to come to leave out, for the two to meet again.
   * `extra` is -1 if they do not. Tried out alone and taken back.
   */
  private align(task: number, rest: readonly Planned[]): { readonly extra: number; readonly missing: number } {
    const { walker } = this
    const { machine } = walker
    const moves = walker.moves
    const mark = machine.state.mark()
    let best = { extra: -1, missing: 0 }
    let least = Infinity
    for (let extra = 0; extra <= AHEAD_MAX && extra < least; extra++) {
      const op = walker.pending(task)
      if (op === undefined || !machine.canStep(task)) break
      const says = signature(machine, op)
      const missing = rest.slice(0, AHEAD_MAX).findIndex((planned) => planned.says === says)
      if (missing >= 0 && extra + missing < least) {
        least = extra + missing
        best = { extra, missing }
      }
      const choosing = machine.choosingTask()
      if (choosing >= 0 && choosing !== task) break
      walker.make(move(task, 0))
    }
    walker.takeBack(moves, mark)
    return best
  }

  private parting({ at, task, says }: Planned): Parting {
    const { walker } = this
    const { machine } = walker
    const name = machine.taskName(task)
    const op = walker.pending(task)
    if (op === undefined) {
      const local = task < machine.tasks.length ? machine.local(task) : machine.idleState
      if (local === machine.idleState) return { at, task, reason: 'not started', text: `${name} has not been started` }
      if (local.status === Status.Failed) return { at, task, reason: 'failed', text: `${name} has failed` }
      return { at, task, reason: 'finished', text: `${name} has finished` }
    }
    if (!machine.canStep(task)) {
      const wait = op.kind.waitsFor?.(machine, op, task)
      return { at, task, reason: 'waits', text: `${name} waits for ${wait?.text ?? machine.describe(op)}` }
    }
    const where = machine.local(task).frames.at(-1)
    const place = where === undefined ? '' : ` in ${where}`
    return { at, task, reason: 'other step', text: `${name} does ${signature(machine, op)}${place} where it did ${says}` }
  }
}
