import { beforeAll, describe, expect, test } from 'vitest'
import { explore, replay, type Trace } from '../../src/engine/index.js'
import { programs } from '../../src/races/writeback-wakeup/programs.js'
import { diagram } from '../../src/report/diagram.js'
import { splat } from '../../src/report/splat.js'
import { traceText } from '../../src/report/trace-text.js'

/** Traces of the kernel model, not goldens: every change of the model moves a step somewhere. */
describe('the thread’s race, as the model shows it', () => {
  let traces: readonly Trace[]
  let bug: Trace

  beforeAll(() => {
    const program = programs
      .find((candidate) => candidate.name === 'reuse-by-truncate')!
      .build({ kernel: 'v5.10-rc5', fixes: [], fs: 'ext4', memory: 'sc' })
    traces = explore(program).failures.map((failure) => replay(program, failure.schedule, failure))
    bug = traces.find((trace) => trace.failure?.kind === 'bug-on')!
  })

  test('says what the thread’s own diagram says, in its order', () => {
    const told = [
      'end_page_writeback(page)',
      'PG_writeback 1->0',
      '<preempted>',
      'page is freed',
      'page is allocated',
      'PG_writeback 0->1',
      'wait_on_page_writeback(page)',
      '<blocked: PG_writeback',
      'wake_up_page()',
      'BUG_ON(PageWriteback(page))',
    ]
    const text = diagram(bug)
    const places = told.map((phrase) => text.indexOf(phrase))
    expect(places).not.toContain(-1)
    expect(places).toEqual([...places].sort((a, b) => a - b))
  })

  test('every diagram is as short as a person would draw it', () => {
    for (const trace of traces) {
      const lines = diagram(trace).split('\n')
      // Two lines of header, two of footer, and up to six for each stretch if there are many.
      expect(lines.length).toBeLessThanOrEqual(Math.max(29, 4 + 6 * (trace.contextSwitches + 1)))
      expect(lines.filter((line) => line.length > 72)).toEqual([])
    }
  })

  test('the splat names the function and how it was reached', () => {
    const lines = splat(bug, bug.failure!).split('\n')
    expect(lines[1]).toBe('kernel BUG in mpage_prepare_extent_to_map!')
    expect(lines).toContain(' mpage_prepare_extent_to_map')
    expect(lines.indexOf(' ext4_writepages')).toBeGreaterThan(lines.indexOf(' mpage_prepare_extent_to_map'))
  })

  test('the listing leaves no step out', () => {
    const text = traceText(bug)
    for (let step = 0; step < bug.steps; step++) expect(text).toMatch(new RegExp(`^ *${step}  `, 'm'))
  })
})
