import type { Palette } from '../report/palette.js'
import { heldText, type CaseEvent, type CaseObservation, type CaseRecord, type TaskName } from './case.js'
import { operationText } from './sequence.js'

/** Functions of the kernel that are named for a task that waits. */
const STACK_SHOWN = 4

/** What need not be said of the first event. */
const NOTHING: Readonly<Record<string, string>> = { held: 'nothing' }

/** What happened, event by event: what the tasks are doing, what is held, and what changed of the pages. */
export function caseText(record: CaseRecord, palette: Palette): string {
  let before: CaseObservation | null = null
  const events = record.events.flatMap((event, index) => {
    const now = record.observations[index]
    if (now === undefined) return []
    const lines = [`${String(index + 1).padStart(3)}  ${palette.strong(eventText(event))}`, ...seen(before, now, record.waits[index] ?? {}, palette)]
    before = now
    return lines
  })
  const { main, other, mainAgain, otherAgain } = record.end
  const end = [
    '  at the end',
    ...seen(before, record.last, {}, palette),
    `     main in the cache ${main}`,
    `     main on disk      ${mainAgain}`,
    ...(other === otherAgain ? [] : [`     other in the cache ${other}`, `     other on disk      ${otherAgain}`]),
  ]
  return `${[palette.strong(`${record.fs}: ${record.name}`), '', ...events, ...end].join('\n')}\n`
}

function eventText(event: CaseEvent): string {
  switch (event.event) {
    case 'run':
      return operationText(event.call)
    case 'start':
      return `${event.task}: ${operationText(event.call)}`
    case 'hold':
      return `the next ${heldText(event.io)} will be held`
    case 'fork':
      return `fork: the child is ${event.task}`
    case 'release':
      return `${heldText(event.io)} is done${event.error === undefined ? '' : `, with error ${event.error}`}`
  }
}

/** What is not as it was after the event before. */
function seen(
  before: CaseObservation | null,
  now: CaseObservation,
  waits: Partial<Record<TaskName, readonly string[]>>,
  palette: Palette,
): readonly string[] {
  const old = before === null ? NOTHING : stateOf(before)
  const states = Object.entries(stateOf(now)).filter(([name, value]) => old[name] !== value)
  const tasks = (Object.keys(now.tasks) as TaskName[]).flatMap((name) => {
    const text = taskText(now, name, waits[name] ?? [])
    const known = before?.tasks[name] !== undefined && text === taskText(before, name, waits[name] ?? [])
    return known ? [] : [palette.unsure(`     ${name} ${text}`)]
  })
  return [...tasks, ...states.map(([name, value]) => palette.faint(`     ${name.padEnd(8)} ${value}`))]
}

function taskText({ tasks }: CaseObservation, name: TaskName, stack: readonly string[]): string {
  const task = tasks[name]
  if (task?.state === 'returned') return `returned ${task.result}${task.data === '' ? '' : ` data ${task.data}`}`
  return `waits${stack.length === 0 ? '' : ` in ${stack.slice(0, STACK_SHOWN).join(' < ')}`}`
}

function stateOf({ held, main, other, anon, anonData, shared }: CaseObservation): Readonly<Record<string, string>> {
  return {
    held: held.length === 0 ? 'nothing' : held.join(', '),
    main: `${main.cache} size ${main.size}`,
    other: `${other.cache} size ${other.size}`,
    shared,
    anon: `${anon.map(({ letter }) => letter).join('')} ${anonData}`,
  }
}
