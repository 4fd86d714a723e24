/** What has been explored in this page's life, and what is being explored: one entry for each program in each configuration. */
import { signal, type Signal } from '@preact/signals'
import type { Progress } from '../../engine/index.js'
import type { Configuration, Race } from '../../races/race.js'
import { programsFor } from '../../races/configurations.js'
import type { ExploredProgram } from '../../report/check-result.js'
import { askInTurn } from './pool.js'

export type Run =
  | { readonly status: 'none' }
  | { readonly status: 'waiting' }
  | { readonly status: 'running'; readonly progress: Progress | null }
  /** Explored, to the end or to a bound. */
  | { readonly status: 'done'; readonly explored: ExploredProgram }
  | { readonly status: 'failed'; readonly message: string }

export interface ProgramRun {
  readonly program: string
  readonly run: Signal<Run>
}

const NONE: Run = { status: 'none' }

const runs = new Map<string, Signal<Run>>()

function keyOf(race: string, program: string, { kernel, fixes, fs, memory }: Configuration): string {
  return [race, program, kernel, fixes.join('+'), fs, memory].join(' ')
}

/** The programs of a race in one configuration, with how far each has got. */
export function runsOf(race: Race, configuration: Configuration): readonly ProgramRun[] {
  return programsFor(race, configuration.memory).map(({ name }) => {
    const key = keyOf(race.name, name, configuration)
    const run = runs.get(key) ?? signal<Run>(NONE)
    runs.set(key, run)
    return { program: name, run }
  })
}

/** Explores what of a configuration has not been explored to its end yet. Whoever aborts `signal` keeps what is known by then. */
export async function explore(race: Race, configuration: Configuration, options: { readonly maxStates: number; readonly signal: AbortSignal }): Promise<void> {
  await Promise.all(runsOf(race, configuration).map((one) => exploreOne(race, configuration, one, options)))
}

async function exploreOne(
  race: Race,
  configuration: Configuration,
  { program, run }: ProgramRun,
  { maxStates, signal: abort }: { readonly maxStates: number; readonly signal: AbortSignal },
): Promise<void> {
  const before = run.peek()
  if (before.status === 'waiting' || before.status === 'running' || isComplete(before)) return
  run.value = { status: 'waiting' }
  const source = { from: 'catalogue', race: race.name, program, configuration } as const
  try {
    const explored = await askInTurn(
      { type: 'check', source, maxStates },
      {
        signal: abort,
        onStart: () => (run.value = { status: 'running', progress: null }),
        onProgress: (progress) => (run.value = { status: 'running', progress }),
      },
    )
    run.value = explored === undefined ? before : { status: 'done', explored }
  } catch (error) {
    run.value = { status: 'failed', message: error instanceof Error ? error.message : String(error) }
  }
}

function isComplete(run: Run): boolean {
  return run.status === 'done' && run.explored.result.bound === null
}

/** How far a configuration has got. */
export interface Standing {
  readonly done: readonly ExploredProgram[]
  readonly programs: number
  readonly states: number
  readonly isRunning: boolean
  /** Every program was explored, to its end or to a bound. */
  readonly isFinished: boolean
  readonly failed: readonly string[]
}

export function standing(of: readonly ProgramRun[]): Standing {
  const values = of.map(({ run }) => run.value)
  const done = values.flatMap((run) => (run.status === 'done' ? [run.explored] : []))
  const states = values.reduce((total, run) => {
    if (run.status === 'done') return total + run.explored.result.states
    return run.status === 'running' ? total + (run.progress?.states ?? 0) : total
  }, 0)
  return {
    done,
    programs: of.length,
    states,
    isRunning: values.some((run) => run.status === 'waiting' || run.status === 'running'),
    isFinished: of.length > 0 && done.length === of.length,
    failed: of.flatMap(({ program }, index) => {
      const run = values[index]
      return run?.status === 'failed' ? [`${program}: ${run.message}`] : []
    }),
  }
}
