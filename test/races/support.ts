/** Running races of the catalogue in tests. */
import { expect } from 'vitest'
import { explore, ProgramError, replay, type Failure, type Program, type Trace } from '../../src/engine/index.js'
import type { Configuration, Memory, Race } from '../../src/races/race.js'

export function programOf(race: Race, name: string, configuration: Partial<Configuration> = {}): Program {
  const found = race.programs.find((program) => program.name === name)
  if (found === undefined) throw new Error(`no program ${name}`)
  return found.build({ kernel: race.kernels[0] ?? '', fixes: [], fs: 'ext4', memory: 'sc', ...configuration })
}

/** The programs that are explored under a memory model when the whole race is. */
export function programsUnder(race: Race, memory: Memory): readonly string[] {
  return race.programs.filter(({ memories = race.memories }) => memories.includes(memory)).map(({ name }) => name)
}

export function failuresOf(race: Race, name: string, configuration: Partial<Configuration> = {}): readonly Failure[] {
  const result = explore(programOf(race, name, configuration), { shortest: false })
  expect(result.bound).toBeNull()
  return result.failures
}

/** Columns of the matrix in which a fix has a failure, with the programs that show it; each failure is in one column. */
export function rowOf(
  race: Race,
  configuration: Partial<Configuration> = {},
  names: readonly string[] = programsUnder(race, configuration.memory ?? 'sc'),
): Record<string, readonly string[]> {
  const shown: Record<string, string[]> = {}
  for (const name of names) {
    for (const failure of failuresOf(race, name, configuration)) {
      const columns = race.failures.filter((column) => column.matches(failure))
      expect(columns, `${name}: ${failure.kind} in ${failure.where}: ${failure.message}`).toHaveLength(1)
      for (const column of columns) {
        const programs = (shown[column.name] ??= [])
        if (!programs.includes(name)) programs.push(name)
      }
    }
  }
  return shown
}

/** A stretch of a schedule: a task goes on until it has returned from a function, or as far as it can. */
export type Stretch = readonly [task: string, until?: string]

/** The schedule in which the stretches follow each other. A task that is not said to stop goes on to its end, or to where it waits. */
export function inOrder(subject: Program, stretches: readonly Stretch[]): Trace {
  let token = 'h1:'
  let trace = replay(subject, token)
  for (const [name, until] of stretches) {
    const task = trace.tasks.findIndex((one) => one.name === name)
    if (task < 0) throw new Error(`no task ${name}: there are ${trace.tasks.map((one) => one.name).join(', ')}`)
    const before = returnsOf(trace, task, until)
    while (until === undefined || returnsOf(trace, task, until) === before) {
      const longer = `${token}${token === 'h1:' ? '' : '_'}${task.toString(36)}-`
      const next = tryReplay(subject, longer)
      if (next === undefined) break
      token = longer
      trace = next
    }
    if (until !== undefined && returnsOf(trace, task, until) === before) throw new Error(`${name} does not return from ${until}`)
  }
  return trace
}

function returnsOf(trace: Trace, task: number, fn: string | undefined): number {
  return trace.events.filter((event) => event.type === 'return' && event.task === task && event.fn === fn).length
}

function tryReplay(subject: Program, token: string): Trace | undefined {
  try {
    return replay(subject, token)
  } catch (error) {
    if (error instanceof ProgramError) return undefined
    throw error
  }
}

/** What calls of a function by a task returned, in order. */
export function resultsOf(trace: Trace, name: string, fn: string): readonly string[] {
  const task = trace.tasks.findIndex((one) => one.name === name)
  return trace.events.flatMap((event) => (event.type === 'return' && event.task === task && event.fn === fn ? [event.value] : []))
}

/** Whether calls are entered in this order, by whatever tasks stand in these columns: how a diagram of a thread is read. */
export function callsInOrder(trace: Trace, rows: readonly (readonly [task: string, fn: string])[]): boolean {
  let at = 0
  for (const event of trace.events) {
    const row = rows[at]
    if (row === undefined) return true
    if (event.type === 'call' && event.fn === row[1] && trace.tasks[event.task]?.name === row[0]) at++
  }
  return at === rows.length
}
