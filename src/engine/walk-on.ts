import { Status } from './local-state.js'
import type { Machine } from './machine.js'
import type { Operation } from './operation.js'
import { load, type Program } from './program.js'
import { encodeSchedule, readSchedule } from './schedule.js'
import { choiceOf, move, taskOf, type Move } from './search/failures.js'
import { nextOf } from './trace.js'

/** A program and the moves made in it so far. */
export class Walker {
  readonly machine: Machine
  private readonly path: Move[] = []
  private readonly isChoice: boolean[] = []

  constructor(subject: Program) {
    this.machine = load(subject)
  }

  get token(): string {
    return encodeSchedule(this.path, this.isChoice)
  }

  /** The task that moved last; -1 if none has. */
  get last(): number {
    const m = this.path.at(-1)
    return m === undefined ? -1 : taskOf(m)
  }

  get moves(): number {
    return this.path.length
  }

  /** What a task does next; undefined if it does nothing any more, or not yet. */
  pending(task: number): Operation | undefined {
    if (task >= this.machine.tasks.length) return undefined
    const local = this.machine.local(task)
    return local.status === Status.Pending ? local.operation : undefined
  }

  /** Makes a move that can be made; whether it completes a step of the trace. */
  make(m: Move): boolean {
    const { machine } = this
    const task = taskOf(m)
    machine.choice = choiceOf(m)
    this.path.push(m)
    this.isChoice.push(this.pending(task)?.kind.invisible === 'choice')
    const code = machine.step(task)
    return machine.weak === undefined || machine.weak.severalOf(code) === 0
  }

  /** Takes back the moves since there were `moves` of them; `mark` is the position in the undo log then. */
  takeBack(moves: number, mark: number): void {
    this.machine.state.undo(mark)
    this.machine.noticed.length = 0
    this.path.length = moves
    this.isChoice.length = moves
  }
}

/**
 * A program in which these moves have been made.
 * @throws ProgramError if they do not fit it
 */
export function walked(subject: Program, path: readonly Move[]): Walker {
  const walker = new Walker(subject)
  for (const m of path) {
    nextOf(walker.machine, m, walker.moves)
    walker.make(m)
  }
  walker.machine.noticed.length = 0
  return walker
}

/**
 * Lets a schedule run on: the task that moved last goes on until it can not, then the lowest that can; choices get their
 * first answer; until a failure, the end, or `movesMax` more moves.
 * @returns the extended token
 * @throws ProgramError if the token is malformed or does not fit the program
 */
export function runOn(subject: Program, token: string, movesMax = 2_000): string {
  const walker = walked(subject, readSchedule(token).path)
  const { machine } = walker
  for (let made = 0; made < movesMax && machine.noticed.length === 0; made++) {
    const choosing = machine.choosingTask()
    const task = choosing >= 0 ? choosing : nextTask(walker)
    if (task < 0) break
    walker.make(move(task, 0))
  }
  return walker.token
}

function nextTask({ machine, last }: Walker): number {
  if (last >= 0 && machine.canStep(last)) return last
  return machine.tasks.findIndex((_task, task) => machine.canStep(task))
}
