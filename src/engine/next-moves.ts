/** What can be done next, move by move, and what each would do. */
import type { Machine } from './machine.js'
import type { Operation } from './operation.js'
import type { Program } from './program.js'
import type { NextMove } from './recording.js'
import { encodeSchedule, readSchedule } from './schedule.js'
import { judgeEnding } from './search/ending.js'
import { move, type Move } from './search/failures.js'
import { changesSince, resultOf } from './trace.js'
import { walked } from './walk-on.js'

/**
 * Every move that can be made after a schedule.
 * @throws ProgramError if the token is malformed or does not fit the program
 */
export function movesAfter(subject: Program, token: string): readonly NextMove[] {
  const { path, isChoice } = readSchedule(token)
  return nextMoves(walked(subject, path).machine, path, isChoice)
}

/** Every move that can be made now, tried out and taken back; `path` has led here. */
export function nextMoves(machine: Machine, path: readonly Move[], isChoice: readonly boolean[]): readonly NextMove[] {
  const choosing = machine.choosingTask()
  if (choosing >= 0) {
    const { a: ways } = machine.local(choosing).operation as Operation
    return Array.from({ length: ways }, (_, choice) => tried(machine, choosing, choice, tokenOf(true, choosing, choice)))
  }
  return machine.tasks.flatMap((_task, task) => (machine.canStep(task) ? [tried(machine, task, 0, tokenOf(false, task, 0))] : []))

  function tokenOf(chooses: boolean, task: number, choice: number): string {
    return encodeSchedule([...path, move(task, choice)], [...isChoice, chooses])
  }
}

function tried(machine: Machine, task: number, choice: number, token: string): NextMove {
  const op = machine.local(task).operation as Operation
  const mark = machine.state.mark()
  machine.choice = choice
  const late = op.kind.late?.(machine, op, task) ?? ''
  const code = machine.step(task)
  const open = machine.weak !== undefined && machine.weak.severalOf(code) > 0
  const result = open ? '' : resultOf(machine, op, code)
  const changes = changesSince(machine, mark)
  if (machine.enabledTasks() === 0) judgeEnding(machine)
  const failures = machine.noticed.splice(0)
  machine.state.undo(mark)
  machine.takeProgress()
  return { task, choice, token, preview: { result, ...(late !== '' && { late }), changes, failures } }
}
