import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, test } from 'vitest'
import { replay, type Trace } from '../../src/engine/index.js'
import { diagramSvg } from '../../src/report/diagram-svg.js'
import { situation } from '../../src/report/explorer/situation.js'
import { perfetto } from '../../src/report/perfetto.js'
import { traceHtml } from '../../src/report/trace-html.js'
import { readTraceJson, traceJson, TraceJsonError, tracesJson } from '../../src/report/trace-json.js'
import schema from '../../schema/heddle-trace-1.json' with { type: 'json' }
import { caught, inversion, ownPrograms, realSchedules } from './explorer/support.js'
import { lockInversion, lostUpdate, manyTasks, staleWakeup } from './fixtures.js'

const CONFIGURATION = { kernel: 'v5.10-rc5', fixes: ['hugh-1'], fs: 'ext4', memory: 'sc' } as const

/** Traces by hand, of programs, and of the catalogue. */
function everyTrace(): readonly Trace[] {
  const own = ownPrograms.filter(({ name }) => name !== 'choosing').map((subject) => replay(subject, caught(subject).schedule))
  const real = realSchedules().map(({ subject, token }) => replay(subject, token))
  return [staleWakeup(), lockInversion(), lostUpdate(), manyTasks(6), ...own, ...real]
}

interface PerfettoEvent {
  readonly ph: string
  readonly ts: number
  readonly dur: number
  readonly tid: number
  readonly name: string
  readonly id: number
}

const eventsOf = (trace: Trace): readonly PerfettoEvent[] => (JSON.parse(perfetto(trace)) as { traceEvents: readonly PerfettoEvent[] }).traceEvents

describe('a trace for ui.perfetto.dev', () => {
  test.each([
    ['stale-wakeup', staleWakeup()],
    ['lock-inversion', lockInversion()],
  ])('of %s', async (name, trace) => {
    await expect(perfetto(trace)).toMatchFileSnapshot(`golden/${name}.perfetto.json`)
  })

  test('has a track for each task, a slice for each call and each step', () => {
    for (const trace of everyTrace()) {
      const events = eventsOf(trace)
      const count = (ph: string): number => events.filter((event) => event.ph === ph).length
      const inTrace = (type: string): number => trace.events.filter((event) => event.type === type).length
      expect(events.filter(({ name }) => name === 'thread_name')).toHaveLength(trace.tasks.length)
      expect(count('B')).toBe(inTrace('call'))
      expect(events.filter((event) => event.ph === 'X' && event.dur === 1).length).toBeGreaterThanOrEqual(inTrace('step'))
      expect(count('s')).toBe(trace.events.filter((event) => event.type === 'step' && event.switch !== undefined).length)
    }
  })

  test('has slices that lie within each other, as its viewers require', () => {
    for (const trace of everyTrace()) {
      const events = eventsOf(trace)
      for (const tid of trace.tasks.keys()) {
        const own = events.filter((event) => event.tid === tid + 1 && 'BEX'.includes(event.ph))
        let open = 0
        let now = 0
        for (const { ph, ts, dur } of [...own].sort((x, y) => x.ts - y.ts)) {
          expect(ts, trace.program).toBeGreaterThanOrEqual(now)
          open += ph === 'B' ? 1 : ph === 'E' ? -1 : 0
          expect(open).toBeGreaterThanOrEqual(0)
          now = ph === 'X' ? ts + dur : ts
        }
        expect(open, `${trace.program}: calls that are never ended`).toBe(0)
      }
    }
  })

  test('ties every arrow to a step at either end', () => {
    for (const trace of everyTrace()) {
      const events = eventsOf(trace)
      const steps = events.filter((event) => event.ph === 'X')
      for (const { ts, tid } of events.filter(({ ph }) => ph === 's' || ph === 'f'))
        expect(steps.some((step) => step.tid === tid && step.ts < ts && ts < step.ts + step.dur)).toBe(true)
    }
  })

  test('shows how long a task waits, and for what', () => {
    const names = eventsOf(replay(inversion, 'h1:0-_1-2')).map(({ name }) => name)
    expect(names).toContain('waits for Y held by B')
    expect(names).toContain('waits for X for ever')
  })
})

describe('a picture of the diagram', () => {
  test.each([
    ['stale-wakeup', staleWakeup()],
    ['lock-inversion', lockInversion()],
    ['six-long-names', manyTasks(6)],
  ])('of %s', async (name, trace) => {
    await expect(diagramSvg(trace)).toMatchFileSnapshot(`golden/${name}.svg`)
  })

  test('stands on its own, with a title and a description for those who do not see it', () => {
    for (const trace of everyTrace()) {
      const svg = diagramSvg(trace)
      expect(svg).toMatch(/^<svg xmlns="http:\/\/www.w3.org\/2000\/svg" viewBox="0 0 \d+ \d+" width="\d+" height="\d+" role="img">\n/)
      expect(svg).toMatch(/<title>[^<]+<\/title>\n<desc>[^<]+<\/desc>/)
      expect(svg.match(/https?:\/\//g)).toHaveLength(1)
      expect(svg).toContain('@media (prefers-color-scheme:dark)')
      expect(svg).not.toMatch(/<script|<image|href=/)
    }
  })

  test('has all its text within its edges', () => {
    for (const trace of everyTrace()) {
      const svg = diagramSvg(trace)
      const [, width = 0, height = 0] = (/viewBox="0 0 (\d+) (\d+)"/.exec(svg) ?? []).map(Number)
      for (const [, x, y, text = ''] of svg.matchAll(/<text class="[^"]*" x="([\d.]+)" y="(\d+)">([^<]*)</g)) {
        const characters = text.replace(/&\w+;/g, '?').length
        expect(Number(x) + characters * 7.9, text).toBeLessThanOrEqual(width)
        expect(Number(y), text).toBeLessThanOrEqual(height)
      }
    }
  })
})

describe('a page that shows one trace by itself', () => {
  const states = situation(inversion, 'h1:0-_1-2')
  const file = { situation: states, cursor: 2, subject: 'a <b> & c', command: 'heddle replay </script>' }
  const page = traceHtml(file, { code: 'start("</script>")', style: 'p::after { content: "</style>" }' })

  test('carries the states, to be read by its script', () => {
    const [, data = ''] = /<script type="application\/json" id="trace">(.*)<\/script>\n<script>/.exec(page) ?? []
    expect(JSON.parse(data)).toEqual(JSON.parse(JSON.stringify(file)))
  })

  test('is not ended early by anything in it', () => {
    expect(page.match(/<\/script/g)).toHaveLength(2)
    expect(page.match(/<\/style/g)).toHaveLength(1)
    expect(page).toContain('<title>a &lt;b> &amp; c</title>')
  })

  test('asks for nothing from elsewhere', () => {
    expect(page).not.toMatch(/(src|href)=/)
  })
})

describe('the JSON of a trace', () => {
  const validate = new Ajv2020({ allErrors: true }).compile(schema)

  test('is what its schema says', () => {
    for (const trace of everyTrace()) {
      validate(JSON.parse(traceJson(trace, 'a-race', CONFIGURATION)))
      expect(validate.errors ?? [], trace.program).toEqual([])
    }
    expect(validate({ schema: 'heddle-trace/1' })).toBe(false)
  })

  test('is read again as what it was written of', () => {
    const trace = lostUpdate()
    const { program, schedule } = trace
    expect(readTraceJson(traceJson(trace, 'a-race', CONFIGURATION))).toEqual([{ race: 'a-race', program, schedule, ...CONFIGURATION }])
    expect(readTraceJson(traceJson(trace, 'mine.ts', { memory: 'weak' }))).toEqual([
      { race: 'mine.ts', program, schedule, kernel: null, fixes: [], fs: null, memory: 'weak' },
    ])
    const two = tracesJson([trace, staleWakeup()].map((one) => ({ trace: one, race: 'r', configuration: CONFIGURATION })))
    expect(readTraceJson(two).map((recorded) => recorded.program)).toEqual(['lost-update', 'reuse'])
  })

  test.each([
    ['', 'this is no JSON'],
    ['{}', 'this is no result of heddle check'],
    ['{"schema": "heddle-trace/1"}', 'is missing'],
    ['{"schema": "heddle-result/1", "race": "r", "failures": [{}]}', 'is missing'],
  ])('refuses %s', (text, message) => {
    expect(() => readTraceJson(text)).toThrow(TraceJsonError)
    expect(() => readTraceJson(text)).toThrow(message)
  })
})
