import { describe, expect, test } from 'vitest'
import { heddle } from '../support/run-cli.js'

const COMMANDS = ['list', 'check', 'replay', 'matrix', 'conform', 'explore', 'init']

describe('help', () => {
  test('teaches: every command, examples, exit statuses', async () => {
    const { code, stdout, stderr } = await heddle(['--help'])
    expect(code).toBe(0)
    expect(stderr).toBe('')
    for (const command of COMMANDS) expect(stdout).toMatch(new RegExp(`^  ${command}\\b`, 'm'))
    expect(stdout).toContain('heddle check writeback-wakeup')
    expect(stdout).toMatch(/3 {2}unknown: a bound was hit first/)
  })

  test('is what no argument at all gives', async () => {
    expect(await heddle([])).toEqual(await heddle(['--help']))
  })

  test.each(COMMANDS)('of %s has examples', async (command) => {
    const { code, stdout } = await heddle([command, '--help'])
    expect(code).toBe(0)
    expect(stdout).toMatch(new RegExp(`Examples?:\n {2}heddle .*${command}`))
  })

  test('names every option of check', async () => {
    const { stdout } = await heddle(['check', '--help'])
    const options = ['fix', 'all-fixes', 'kernel', 'fs', 'memory', 'max-states', 'max-seconds', 'max-depth', 'workers']
    options.push('no-reduction', 'check-collisions', 'random', 'runs', 'seed', 'format', 'json', 'out')
    for (const option of options) expect(stdout).toContain(`--${option}`)
  })

  test('has no colour in a pipe', async () => {
    const { stdout } = await heddle(['--help'])
    expect(stdout).not.toContain('\u001b')
  })

  test('says the version', async () => {
    const { code, stdout } = await heddle(['--version'])
    expect(code).toBe(0)
    expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/)
  })
})

describe('a wrong call', () => {
  test.each([
    [['chek'], 'Did you mean check?'],
    [['check', '--max-state', '3'], 'Did you mean --max-states?'],
    [['check', '--max-states', 'many'], 'a whole number from 1 up'],
    [['check', '--max-states', '0'], 'a whole number from 1 up'],
    [['check', '--max-seconds', '-1'], 'a number of seconds above 0'],
    [['check', '--fs', 'btrfs'], 'Allowed choices are ext4, xfs'],
    [['check', '--format', 'yaml'], 'Allowed choices are text, json, junit, sarif'],
    [['check', '--fix', 'a', '--all-fixes'], 'cannot be used with'],
    [['check', '--fix', 'a,,b'], 'one name, or several with commas'],
    [['check', '--seed', '1'], '--seed is about random schedules only'],
    [['check', '--random', 'pct', '--seed', '-1'], 'from 0 to 4294967295'],
    [['replay'], 'what is to be replayed?'],
    [['replay', '--race', 'writeback-wakeup'], 'what is to be replayed?'],
    [['init'], "missing required argument 'dir'"],
  ])('%j is answered with %s', async (argv, message) => {
    const { code, stdout, stderr } = await heddle(argv)
    expect(code).toBe(2)
    expect(stdout).toBe('')
    expect(stderr).toMatch(/^heddle: /)
    expect(stderr).toContain(message)
    expect(stderr).toMatch(/hint: /)
  })
})
