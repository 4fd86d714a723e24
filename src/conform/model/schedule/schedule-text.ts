/** How far a schedule could be forced on the real kernel, and what came of it, for people. */
import type { Failure } from '../../../engine/index.js'
import type { CaseObservation, CaseRecord, TaskName } from '../../case.js'
import type { CaseMismatch } from '../held/compare-case.js'
import { eventText, mismatchText } from '../held/mismatch-text.js'
import type { ScheduledCase, Switch } from './case-of-schedule.js'
import type { Fitted } from './fit.js'

export interface ScheduleRun {
  /** `RACE/PROGRAM`, and the kernel the schedule is of. */
  readonly program: string
  readonly kernel: string
  /** How the schedule ends on that kernel. */
  readonly failure: Failure | null
  readonly scheduled: ScheduledCase
  readonly fitted: Fitted
  /** Of the kernel that was asked; null if none could be. */
  readonly release: string | null
  readonly record: CaseRecord | null
  readonly mismatch: CaseMismatch | null
  /** Why no kernel was asked. */
  readonly skipped: string | null
}

export function scheduleText(run: ScheduleRun): string {
  const { scheduled, fitted, failure } = run
  return [
    `${run.program}, a schedule of ${run.kernel}${failure === null ? '' : `, where it ends in ${failure.kind}: ${failure.message}`}`,
    '',
    `Tasks: ${Object.entries(scheduled.players).map(([player, task]) => `${player} is ${task}`).join(', ')}.`,
    'Switches:',
    ...scheduled.switches.map((one) => `  ${switchText(one)}`),
    ...listed('Left out:', [...scheduled.leftOut, ...fitted.notes]),
    '',
    ...eventsText(run),
    '',
    verdictText(run),
  ].join('\n')
}

function switchText({ from, to, within, forced }: Switch): string {
  if (!forced) return `not forced   ${from} stops in ${within ?? 'the kernel'}, ${to} goes on: nothing outside the kernel stops a task there`
  return `forced       ${from} ${within === null ? 'waits or has returned' : 'waits for the device'}, ${to} goes on`
}

function listed(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : [title, ...lines.map((line) => `  ${line}`)]
}

/** The events, with what the tasks did on the real kernel. */
function eventsText({ fitted, record }: ScheduleRun): readonly string[] {
  return [...fitted.which.events, null].map((event, i) => {
    const name = event === null ? 'everything is done' : eventText(event)
    const now = record === null ? null : event === null ? record.last : (record.observations[i] ?? null)
    const before = record?.observations[i - 1] ?? null
    const started = event?.event === 'start' ? event.task : null
    return now === null ? `  ${name}` : `  ${name.padEnd(70)} ${changesText(before, now, started)}`.trimEnd()
  })
}

/** @param started a task that has just made a call, and is told of also if that ends as the one before */
function changesText(before: CaseObservation | null, now: CaseObservation, started: TaskName | null): string {
  const states = (Object.keys(now.tasks) as TaskName[]).map((task) => [task, taskText(now, task)] as const)
  const changed = states.filter(([task, text]) => before === null || task === started || text !== taskText(before, task))
  return changed.map(([task, text]) => `${task} ${text}`).join(', ')
}

function taskText({ tasks }: CaseObservation, task: TaskName): string {
  const state = tasks[task]
  if (state === undefined) return ''
  return state.state === 'blocked' ? 'waits' : `returned ${state.result}${state.data === '' ? '' : `: ${state.data}`}`
}

function verdictText(run: ScheduleRun): string {
  const { skipped, mismatch, fitted, release, record } = run
  const ways = new Set(fitted.model?.layers.at(-1)?.map(({ seen }) => JSON.stringify(seen.observation)) ?? []).size
  const model = fitted.model === null ? 'has too many states' : ways === 1 ? 'says there is one way for it to end' : `says there are ${ways} ways for it to end`
  if (skipped !== null) return `The model of v6.18 ${model}. No real kernel was asked: ${skipped}`
  if (mismatch !== null) return `Linux ${release ?? ''} did what the model of v6.18 says can not happen:\n${mismatchText(fitted.which, mismatch, record)}`
  const unforced = run.scheduled.switches.filter(({ forced }) => !forced).length
  const rest = unforced === 0 ? '' : ` ${unforced === 1 ? 'One switch' : `${unforced} switches`} could not be forced, so it need not have gone all of the way.`
  return `Linux ${release ?? ''} did what the model of v6.18 predicts (which ${model}).${rest}`
}
