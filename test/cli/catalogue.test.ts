import { describe, expect, test } from 'vitest'
import { races } from '../../src/races/index.js'
import { heddle } from '../support/run-cli.js'

describe('list', () => {
  test('names every race, kernel, program, failure and fix', async () => {
    const { code, stdout } = await heddle(['list'])
    expect(code).toBe(0)
    for (const race of races) {
      const entries = [race, ...race.programs, ...race.failures, ...race.fixes].map(({ name }) => name)
      for (const name of [...entries, ...race.kernels]) expect(stdout).toContain(name)
    }
    for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80)
  })

  test('as JSON', async () => {
    const { stdout } = await heddle(['list', '--json'])
    expect(JSON.parse(stdout)).toMatchObject(
      races.map((race) => ({
        schema: 'heddle-race/1',
        name: race.name,
        kernels: race.kernels,
        programs: race.programs.map(({ name }) => ({ name })),
        fixes: race.fixes.map(({ name, author }) => ({ name, author })),
      })),
    )
  })
})

test('a matrix is of whole races', async () => {
  const race = races[0]
  const { code, stderr } = await heddle(['matrix', `${race?.name ?? ''}/${race?.programs[0]?.name ?? ''}`])
  expect(code).toBe(2)
  expect(stderr).toContain('a matrix is of whole races')
})
