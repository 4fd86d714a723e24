import { describe, expect, test } from 'vitest'
import { replay, type Trace } from '../../../src/engine/index.js'
import { diagram } from '../../../src/report/diagram.js'
import { lanes } from '../../../src/report/explorer/lanes.js'
import { stepText } from '../../../src/report/step-text.js'
import { lockInversion, staleWakeup } from '../fixtures.js'
import { caught, choosing, inversion, ownPrograms, realSchedules } from './support.js'

function everyTrace(): readonly Trace[] {
  const own = ownPrograms.map((subject) => replay(subject, subject === choosing ? 'h1:0.2_0-2_1-' : caught(subject).schedule))
  return [staleWakeup(), lockInversion(), ...own, ...realSchedules().map(({ subject, token }) => replay(subject, token))]
}

/** The rows as text, to be read. */
function listing(trace: Trace): string {
  const lines = lanes(trace).map((row) => {
    const name = (trace.tasks[row.task]?.name ?? '').padEnd(12)
    const what = row.kind === 'switch' ? `--> ${trace.tasks[row.to]?.name ?? ''}: ${row.text}` : row.text
    const more = row.kind === 'call' ? ` [${row.essentialSteps} of ${row.steps}]${row.returned === null ? ' open' : ''}` : ''
    return `${String(row.at).padStart(3)} ${row.essential ? '*' : ' '} ${name} ${'  '.repeat(row.depth)}${what}${more}`
  })
  return `${lines.join('\n')}\n`
}

describe('the rows of a trace', () => {
  test.each([
    ['stale-wakeup', staleWakeup()],
    ['lock-inversion', lockInversion()],
  ])('of %s', async (name, trace) => {
    await expect(listing(trace)).toMatchFileSnapshot(`golden/${name}.lanes.txt`)
  })

  test('have every step and every call once, in order', () => {
    for (const trace of everyTrace()) {
      const rows = lanes(trace)
      const steps = trace.events.filter((event) => event.type === 'step')
      expect(rows.flatMap((row) => (row.kind === 'step' ? [row.step] : []))).toEqual(steps)
      expect(rows.flatMap((row) => (row.kind === 'step' ? [row.at] : []))).toEqual(steps.map((_step, at) => at))
      const calls = rows.flatMap((row) => (row.kind === 'call' ? [row] : []))
      expect(calls.map(({ fn }) => fn)).toEqual(trace.events.flatMap((event) => (event.type === 'call' ? [event.fn] : [])))
      expect(calls.map(({ call }) => call)).toEqual(calls.map((_call, i) => i))
    }
  })

  test('know the calls that each is in, so that calls can be folded', () => {
    for (const trace of everyTrace()) {
      const rows = lanes(trace)
      const calls = new Map(rows.flatMap((row) => (row.kind === 'call' ? [[row.call, row]] : [])))
      for (const row of rows) {
        expect(row.calls).toHaveLength(row.depth)
        for (const call of row.calls) expect(calls.get(call)?.task).toBe(row.task)
      }
      for (const [number, { steps }] of calls) {
        const inside = rows.filter((row) => row.kind === 'step' && row.calls.includes(number))
        expect(inside, `${trace.program}: call ${number}`).toHaveLength(steps)
      }
    }
  })

  test('mark as steps of the race what the diagram shows', () => {
    for (const trace of everyTrace()) {
      const essential = lanes(trace).flatMap((row) => (row.kind === 'step' && row.essential ? [row] : []))
      const text = diagram(trace, { width: 400 }).replace(/\s+/g, ' ')
      expect(essential.length).toBeGreaterThan(0)
      const hidden = /\((\d+) of (\d+) steps not shown\)/.exec(text)
      const steps = trace.events.filter((event) => event.type === 'step').length
      if (hidden === null) expect(essential).toHaveLength(steps)
      for (const { step } of essential.slice(0, 1)) expect(text).toContain(stepText(step))
    }
  })

  test('say at every switch why the task does not go on', () => {
    const rows = lanes(replay(inversion, 'h1:0-_1-2'))
    const switches = rows.flatMap((row) => (row.kind === 'switch' ? [[row.task, row.to, row.reason]] : []))
    expect(switches).toEqual([[0, 1, 'preempted']])
  })
})
