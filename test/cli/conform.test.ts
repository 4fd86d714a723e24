import { describe, expect, test } from 'vitest'
import { folderWith, heddle } from '../support/run-cli.js'

interface Tier {
  readonly tier: string
  readonly fs: string
  readonly of: string
  readonly compared: number
  readonly differing: number
  readonly skipped: string | null
}

/** Without the machine: what was recorded. */
describe('heddle conform --recorded', () => {
  test('says for each file system how many sequences were compared, and that none differs', async () => {
    const { code, stdout } = await heddle(['conform', '--recorded', '--sequences', '40', '--interleavings', '0'])
    expect(stdout).toMatch(/^recorded {2}ext4 {2}40 sequences, no difference \(Linux 6\.18\.\S+, \d+\.\d s\)$/m)
    expect(stdout).toMatch(/^recorded {2}xfs {3}40 sequences, no difference/m)
    expect(code).toBe(0)
  })

  test('does the same for interleavings', async () => {
    const { code, stdout } = await heddle(['conform', '--recorded', '--sequences', '0', '--interleavings', '12'])
    expect(stdout).toMatch(/^recorded {2}ext4 {2}12 interleavings, no difference \(Linux 6\.18\.\S+, \d+\.\d s\)$/m)
    expect(stdout).toMatch(/^recorded {2}xfs {3}12 interleavings, no difference/m)
    expect(code).toBe(0)
  })

  test('prints the same as JSON', async () => {
    const { code, stdout } = await heddle(['conform', '--recorded', '--fs', 'xfs', '--seed', '11', '--sequences', '10', '--interleavings', '0', '--json'])
    const { schema, agrees, tiers, stopped } = JSON.parse(stdout) as { schema: string; agrees: boolean; tiers: readonly Tier[]; stopped: boolean }
    expect({ schema, agrees, stopped }).toEqual({ schema: 'heddle-conformance/1', agrees: true, stopped: false })
    expect(tiers).toMatchObject([{ tier: 'recorded', fs: 'xfs', of: 'sequences', compared: 10, differing: 0, skipped: null }])
    expect(code).toBe(0)
  })

  test('compares nothing, and says so, where nothing was recorded', async () => {
    const { code, stdout } = await heddle(['conform', '--recorded', '--fs', 'xfs', '--seed', '1000000', '--interleavings', '0'])
    expect(stdout).toContain('skipped: seeds 1 to 2000 are recorded')
    expect(code).toBe(3)
  })
})

describe('a case that can not be read', () => {
  test.each([
    ['{', 'JSON'],
    ['{}', 'a case is an object with a "name" and "events"'],
    ['{"name":"a","events":[{"event":"jump"}]}', 'event 1: "event" must be one of run, hold, start, fork, release'],
    ['{"name":"a","events":[{"event":"start","task":"A"}]}', 'event 1: start needs "call"'],
    ['{"name":"a","events":[{"event":"start","task":"D","call":{"op":"fsync"}}]}', '"task" must be one of A, B, C'],
    ['{"name":"a","events":[{"event":"run","call":{"op":"mkdir"}}]}', '"op" of the call must be one of pread, pwrite'],
    ['{"name":"a","events":[{"event":"hold","io":{"of":"main","direction":"read"}}]}', '"io" of a file needs a "page"'],
    ['{"name":"a","events":[{"event":"hold","io":{"of":"third","direction":"read"}}]}', '"of" must be main, other or swap'],
  ])('%s is refused with the reason', async (text, message) => {
    const { code, stdout, stderr } = await heddle(['conform', '--case', 'case.json'], { cwd: folderWith({ 'case.json': text }) })
    expect(code).toBe(2)
    expect(stdout).toBe('')
    expect(stderr).toContain('heddle: case.json: ')
    expect(stderr).toContain(message)
  })

  test('or is not there', async () => {
    const { code, stderr } = await heddle(['conform', '--case', 'nowhere.json'])
    expect(code).toBe(2)
    expect(stderr).toContain('the case can not be read')
  })

  test('nor compared with recordings', async () => {
    const { code, stderr } = await heddle(['conform', '--case', 'case.json', '--recorded'])
    expect(code).toBe(2)
    expect(stderr).toContain('cannot be used with')
  })
})
