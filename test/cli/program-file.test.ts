import { describe, expect, test } from 'vitest'
import { folderWith, heddle } from '../support/run-cli.js'
import * as programs from './programs.js'

describe("a program of one's own", () => {
  test('that races: exit status 1 and the way to it', async () => {
    const cwd = folderWith({ 'counter.ts': programs.LOST_UPDATE })
    const { code, stdout, stderr } = await heddle(['check', 'counter.ts'], { cwd })
    expect(code).toBe(1)
    expect(stdout).toContain('an update was lost')
    expect(stdout).toContain('2 context switches, 4 steps')
    expect(stdout).toContain('heddle replay --race counter.ts --schedule h1:')
    expect(stderr).toBe('')
  })

  test('that races: the line that noticed', async () => {
    const cwd = folderWith({ 'counter.ts': programs.LOST_UPDATE })
    const { stdout } = await heddle(['check', 'counter.ts', '--json'], { cwd })
    const line = programs.LOST_UPDATE.split('\n').findIndex((text) => text.includes('world.assert')) + 1
    expect(JSON.parse(stdout)).toMatchObject({ failures: [{ location: { file: 'counter.ts', line } }] })
    const sarif = await heddle(['check', 'counter.ts', '--format', 'sarif'], { cwd })
    expect(sarif.stdout).toContain(`"startLine": ${line}`)
  })

  test('that holds: exit status 0', async () => {
    const cwd = folderWith({ 'counter.ts': programs.LOCKED })
    const { code, stdout, stderr } = await heddle(['check', 'counter.ts', '--check-collisions'], { cwd })
    expect(stdout).toContain('HOLDS')
    expect(stderr).toBe('a second search with other fingerprints found the same\n')
    expect(code).toBe(0)
  })

  test('may be spread over files', async () => {
    const cwd = folderWith({
      'counter.ts': "export { default } from './inner.js'\n",
      'inner.ts': programs.LOST_UPDATE,
    })
    expect((await heddle(['check', './counter.ts'], { cwd })).code).toBe(1)
  })

  test.each([
    ['does not parse', programs.SYNTAX_ERROR, 'own.ts:4: Expected identifier but found "="', 'the line reads: const = 1'],
    ['imports what is not there', programs.WRONG_IMPORT, 'own.ts:1: Could not resolve "heddle"', "from 'heddle/engine'"],
    ['has no default export', programs.NO_DEFAULT, 'own.ts: the default export must be a program, but it is nothing', 'export default program('],
    ['throws when loaded', programs.THROWS_AT_LOAD, 'own.ts:4: the table is empty', 'before any task'],
    ['throws in a task', programs.THROWS_IN_TASK, 'own.ts:6: no such thing', 'world.assert'],
    ['is not deterministic', programs.NOT_DETERMINISTIC, 'not deterministic', ''],
  ])('that %s: exit status 2, the place and a hint', async (_what, text, message, hint) => {
    const cwd = folderWith({ 'own.ts': text })
    const { code, stdout, stderr } = await heddle(['check', 'own.ts'], { cwd })
    expect(stderr).toContain(message)
    expect(stderr).toMatch(/^hint: /m)
    expect(stderr).toContain(hint)
    expect(stdout).toBe('')
    expect(code).toBe(2)
  })

  test('that is not there: the nearest file', async () => {
    const cwd = folderWith({ 'counter.ts': programs.LOCKED })
    const { code, stderr } = await heddle(['check', 'conter.ts'], { cwd })
    expect(code).toBe(2)
    expect(stderr).toContain('conter.ts: there is no such file')
    expect(stderr).toContain('did you mean counter.ts?')
  })

  test('has no fixes and no kernel', async () => {
    const cwd = folderWith({ 'counter.ts': programs.LOCKED })
    const { code, stderr } = await heddle(['check', 'counter.ts', '--fix', 'a', '--kernel', 'v5.8'], { cwd })
    expect(code).toBe(2)
    expect(stderr).toContain('--fix, --kernel: for races of the catalogue only')
  })
})
