/** A difference between the kernel and the model in a case, for people. */
import type { Case, CaseEvent, CaseRecord } from '../../case.js'
import { heldText } from '../../case.js'
import { operationText } from '../../sequence.js'
import type { CaseMismatch } from './compare-case.js'

export function eventText(event: CaseEvent): string {
  switch (event.event) {
    case 'run':
      return operationText(event.call)
    case 'start':
      return `${event.task}: ${operationText(event.call)}`
    case 'fork':
      return `${event.task} is forked`
    case 'hold':
      return `the next ${heldText(event.io)} is held`
    case 'release':
      return `${heldText(event.io)} is ${event.error === undefined ? 'done' : `answered with error ${event.error}`}`
  }
}

/** Events up to the difference, and what each side says there. @param record null if the case could not be run */
export function mismatchText(which: Case, mismatch: CaseMismatch, record: CaseRecord | null): string {
  const { event, field, kernel, model } = mismatch
  const lines = which.events.slice(0, event + 1).map((one, i) => `  ${i === event ? '>' : ' '} ${eventText(one)}`)
  if (event >= which.events.length) lines.push('  > everything is released')
  const waits = Object.entries(record?.waits[event] ?? {}).map(([task, stack]) => `    ${task} waits in ${stack.slice(0, 5).join(' < ')}`)
  const said = model.length === 0 ? 'nothing like it' : model.map((one) => `«${one}»`).join(' or ')
  return [which.name, ...lines, `    ${field}: the kernel has «${kernel}», the model ${said}`, ...waits].join('\n')
}
