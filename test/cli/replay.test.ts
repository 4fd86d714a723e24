import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { folderWith, heddle } from '../support/run-cli.js'
import * as programs from './programs.js'

const FILES = { 'race.ts': programs.LOST_UPDATE, 'holds.ts': programs.LOCKED }

describe('replay', () => {
  test('shows what a result recorded', async () => {
    const cwd = folderWith(FILES)
    await heddle(['check', 'race.ts', '--json', '--out', 'trace.json'], { cwd })
    const { code, stdout } = await heddle(['replay', 'trace.json'], { cwd })
    expect(code).toBe(1)
    expect(stdout).toContain('an update was lost')
  })

  test('shows a schedule by its token', async () => {
    const cwd = folderWith(FILES)
    await heddle(['check', 'race.ts', '--json', '--out', 'trace.json'], { cwd })
    const result = JSON.parse(readFileSync(path.join(cwd, 'trace.json'), 'utf8')) as {
      readonly failures: readonly [{ readonly schedule: string }]
    }
    const byToken = await heddle(['replay', '--race', 'race.ts', '--schedule', result.failures[0].schedule], { cwd })
    expect(byToken).toEqual(await heddle(['replay', 'trace.json'], { cwd }))
  })

  test('writes a trace for other tools', async () => {
    const cwd = folderWith(FILES)
    await heddle(['check', 'race.ts', '--json', '--out', 'trace.json'], { cwd })
    const json = await heddle(['replay', 'trace.json', '--format', 'json'], { cwd })
    expect(json.code).toBe(1)
    expect(JSON.parse(json.stdout)).toMatchObject({ schema: 'heddle-trace/1', race: 'race.ts', kernel: null, memory: 'sc', tasks: [{}, {}] })
    const svg = await heddle(['replay', 'trace.json', '--format', 'svg', '--out', 'race.svg'], { cwd })
    expect([svg.code, svg.stdout]).toEqual([1, ''])
    expect(readFileSync(path.join(cwd, 'race.svg'), 'utf8')).toMatch(/^<svg /)
    const perfetto = await heddle(['replay', 'trace.json', '--format', 'perfetto'], { cwd })
    expect(JSON.parse(perfetto.stdout)).toMatchObject({ otherData: { contextSwitches: 2 } })
  })

  test('reads the JSON that it writes', async () => {
    const cwd = folderWith(FILES)
    await heddle(['check', 'race.ts', '--json', '--out', 'trace.json'], { cwd })
    await heddle(['replay', 'trace.json', '--format', 'json', '--out', 'again.json'], { cwd })
    expect(await heddle(['replay', 'again.json'], { cwd })).toEqual(await heddle(['replay', 'trace.json'], { cwd }))
  })

  test('a page is made of the explorer: where that is not built it says what to do', async () => {
    const cwd = folderWith(FILES)
    await heddle(['check', 'race.ts', '--json', '--out', 'trace.json'], { cwd })
    const { code, stderr } = await heddle(['replay', 'trace.json', '--format', 'html'], { cwd })
    expect(code).toBe(2)
    expect(stderr).toMatch(/trace-file\.(js|css): the explorer has not been built.*\nhint: npm run build/)
  })

  test('draws one schedule only', async () => {
    const cwd = folderWith(FILES)
    await heddle(['check', 'race.ts', '--json', '--out', 'trace.json'], { cwd })
    const { failures, ...rest } = JSON.parse(readFileSync(path.join(cwd, 'trace.json'), 'utf8')) as { failures: readonly object[] }
    writeFileSync(path.join(cwd, 'trace.json'), JSON.stringify({ ...rest, failures: [...failures, ...failures] }))
    const { code, stderr } = await heddle(['replay', 'trace.json', '--format', 'svg'], { cwd })
    expect(code).toBe(2)
    expect(stderr).toContain('there are 2 schedules, and --format svg is of one')
  })

  test.each([
    ['no JSON', 'nonsense', 'this is no JSON'],
    ['another JSON', '{"schema": "other"}', 'this is no result of heddle check'],
    ['a result that holds', '{"schema": "heddle-result/1", "failures": []}', 'there is no failure in this result'],
    ['a failure without a schedule', '{"schema": "heddle-result/1", "race": "race.ts", "failures": [{}]}', 'is missing'],
  ])('refuses %s', async (_what, text, message) => {
    const cwd = folderWith(FILES)
    writeFileSync(path.join(cwd, 'trace.json'), text)
    const { code, stderr } = await heddle(['replay', 'trace.json'], { cwd })
    expect(code).toBe(2)
    expect(stderr).toMatch(/^heddle: trace\.json: /)
    expect(stderr).toContain(message)
    expect(stderr).toContain('hint: ')
  })

  test('refuses a token that is none', async () => {
    const cwd = folderWith(FILES)
    for (const token of ['h9:zzz', 'nonsense', 'h1:9-']) {
      const { code, stderr } = await heddle(['replay', '--race', 'race.ts', '--schedule', token], { cwd })
      expect(stderr).toMatch(/^heddle: .*\nhint: /)
      expect(code).toBe(2)
    }
  })
})
