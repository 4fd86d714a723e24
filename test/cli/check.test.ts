import { readFileSync } from 'node:fs'
import path from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, test } from 'vitest'
import schema from '../../schema/heddle-result-1.json' with { type: 'json' }
import { races } from '../../src/races/index.js'
import { folderWith, heddle } from '../support/run-cli.js'
import * as programs from './programs.js'

const FILES = { 'race.ts': programs.LOST_UPDATE, 'holds.ts': programs.LOCKED, 'large.ts': programs.LARGE }

interface ResultJson {
  readonly race: string
  readonly verdict: string
  readonly bound: string | null
  readonly states: number
  readonly failures: readonly { readonly schedule: string; readonly message: string }[]
}

const resultOf = (stdout: string): ResultJson => JSON.parse(stdout) as ResultJson

describe('the verdict is the exit status', () => {
  test.each([
    [0, ['holds.ts']],
    [1, ['race.ts']],
    [1, ['holds.ts', 'race.ts']],
    [3, ['holds.ts', '--max-states', '5']],
    [3, ['holds.ts', '--max-depth', '3']],
    [3, ['large.ts', '--max-seconds', '0.01']],
    [3, ['holds.ts', '--random', 'uniform', '--runs', '10']],
    [1, ['race.ts', '--random', 'pct', '--seed', '1']],
    [0, ['holds.ts', '--no-reduction']],
  ])('%i: check %j', async (code, argv) => {
    const cwd = folderWith(FILES)
    expect((await heddle(['check', ...argv, '--json'], { cwd })).code).toBe(code)
  })

  test('a bound that is hit is named', async () => {
    const cwd = folderWith(FILES)
    const { stdout } = await heddle(['check', 'holds.ts', '--max-states', '5', '--json'], { cwd })
    expect(resultOf(stdout)).toMatchObject({ verdict: 'unknown', bound: 'max-states' })
  })

  test("a fault of Heddle's own is 4", async () => {
    const cwd = folderWith(FILES)
    const { code, stderr } = await heddle(['check', 'holds.ts'], { cwd, brokenStdout: true })
    expect(code).toBe(4)
    expect(stderr).toContain("a fault of Heddle's own")
  })
})

describe('names', () => {
  const race = races[0]?.name ?? ''

  test('of races that are unknown are answered with the nearest', async () => {
    const { code, stdout, stderr } = await heddle(['check', race.slice(0, -1)])
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toContain(`did you mean ${race}?`)
  })

  test('of programs too', async () => {
    const program = races[0]?.programs[0]?.name ?? ''
    const { code, stderr } = await heddle(['check', `${race}/${program}x`])
    expect(code).toBe(2)
    expect(stderr).toContain(`did you mean ${program}`)
  })

  test('of fixes too', async () => {
    const fix = races[0]?.fixes[0]?.name ?? ''
    const { code, stderr } = await heddle(['check', race, '--fix', `${fix}x`])
    expect(code).toBe(2)
    expect(stderr).toContain(`did you mean ${fix}`)
  })

  test('of kernels are answered with those there are', async () => {
    const { code, stderr } = await heddle(['check', race, '--kernel', 'v0.1'])
    expect(code).toBe(2)
    expect(stderr).toContain(races[0]?.kernels.join(', '))
  })
})

describe('formats', () => {
  const validate = new Ajv2020({ strict: false }).compile(schema)

  test('json: one object for one configuration, as the schema says', async () => {
    const cwd = folderWith(FILES)
    const { stdout, stderr } = await heddle(['check', 'race.ts', '--json'], { cwd })
    const result = resultOf(stdout)
    expect(validate(result), JSON.stringify(validate.errors)).toBe(true)
    expect(stderr).toBe('')
    expect(result).toMatchObject({ schema: 'heddle-result/1', race: 'race.ts', kernel: null, fs: null, memory: 'sc', fixes: [] })
    expect(result).toMatchObject({ verdict: 'race', bound: null, programs: [{ name: 'lost-update', verdict: 'race' }] })
    expect(result.failures).toMatchObject([
      { program: 'lost-update', kind: 'assertion', message: 'an update was lost', contextSwitches: 2, steps: 4 },
    ])
  })

  test('json: an array for several', async () => {
    const cwd = folderWith(FILES)
    const { stdout } = await heddle(['check', 'race.ts', 'holds.ts', '--json'], { cwd })
    const results = JSON.parse(stdout) as unknown
    expect(validate(results), JSON.stringify(validate.errors)).toBe(true)
    expect(results).toMatchObject([{ race: 'race.ts' }, { race: 'holds.ts' }])
  })

  test('the schema refuses what it does not know', () => {
    expect(validate({ schema: 'heddle-result/1' })).toBe(false)
    expect(validate([{ schema: 'heddle-result/2' }])).toBe(false)
  })

  test('--json is --format json', async () => {
    const cwd = folderWith(FILES)
    const { stdout } = await heddle(['check', 'race.ts', '--format', 'json'], { cwd })
    expect(resultOf(stdout).verdict).toBe('race')
  })

  test('junit and sarif', async () => {
    const cwd = folderWith(FILES)
    const junit = await heddle(['check', 'race.ts', '--format', 'junit'], { cwd })
    expect(junit.stdout).toMatch(/^<\?xml[^]*<testsuite[^]*<failure/)
    const sarif = await heddle(['check', 'race.ts', '--format', 'sarif'], { cwd })
    expect(JSON.parse(sarif.stdout)).toMatchObject({ version: '2.1.0' })
  })

  test('--out writes a file and nothing to standard output', async () => {
    const cwd = folderWith(FILES)
    const { code, stdout } = await heddle(['check', 'race.ts', '--json', '--out', 'result.json'], { cwd })
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(resultOf(readFileSync(path.join(cwd, 'result.json'), 'utf8')).verdict).toBe('race')
  })

  test('--out to where nothing can be written is answered before anything is searched', async () => {
    const cwd = folderWith(FILES)
    const { code, stderr } = await heddle(['check', 'race.ts', '--out', 'nowhere/result.txt'], { cwd })
    expect(code).toBe(2)
    expect(stderr).toMatch(/nowhere\/result\.txt: .*\nhint: /)
  })
})

describe('colour', () => {
  const escapes = async (surroundings: Parameters<typeof heddle>[1]): Promise<boolean> => {
    const cwd = folderWith(FILES)
    return (await heddle(['check', 'holds.ts'], { cwd, ...surroundings })).stdout.includes('\u001b[')
  }

  test('on a terminal only', async () => {
    expect(await escapes({ terminal: true })).toBe(true)
    expect(await escapes({ terminal: false })).toBe(false)
  })

  test('not against NO_COLOR, nor on a dumb terminal', async () => {
    expect(await escapes({ terminal: true, env: { NO_COLOR: '1' } })).toBe(false)
    expect(await escapes({ terminal: true, env: { NO_COLOR: '' } })).toBe(true)
    expect(await escapes({ terminal: true, env: { TERM: 'dumb' } })).toBe(false)
  })
})

describe('random schedules', () => {
  test('say their seed first, and are the same with the same seed', async () => {
    const cwd = folderWith(FILES)
    const first = await heddle(['check', 'race.ts', '--random', 'uniform', '--json'], { cwd })
    const [, seed = ''] = /^seed (\d+)\n/.exec(first.stderr) ?? []
    const again = await heddle(['check', 'race.ts', '--random', 'uniform', '--seed', seed, '--json'], { cwd })
    expect(resultOf(again.stdout).failures).toEqual(resultOf(first.stdout).failures)
  })
})
