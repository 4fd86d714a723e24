/** Programs that are composed of a race's building blocks. */
import { describe, expect, test } from 'vitest'
import { explore } from '../../../src/engine/index.js'
import { load } from '../../../src/engine/program.js'
import { programNamed } from '../../../src/races/blocks.js'
import { races } from '../../../src/races/index.js'
import { answerTo } from '../answers/question.js'

describe.each(races.map((race) => [race.name, race] as const))('the building blocks of %s', (_name, race) => {
  const configuration = { kernel: race.kernels[0] ?? '', fixes: [], fs: race.fileSystems[0] ?? 'ext4', memory: 'sc' } as const

  test.each(race.blocks.actors.map(({ name }) => name))('%s runs alone, and does something', (name) => {
    const { steps, failures } = explore(race.blocks.compose([name]).build(configuration), { maxStates: 300, shortest: false })
    expect(steps).toBeGreaterThan(0)
    expect(failures.filter(({ kind }) => kind === 'deadlock')).toEqual([])
  })

  test('make a program with one task for each', () => {
    const names = race.blocks.actors.slice(0, 2).map(({ name }) => name)
    const program = programNamed(race, names.join('+')) ?? expect.fail()
    const tasks = load(program.build(configuration)).tasks.map(({ name }) => name)
    for (const name of names) expect(tasks).toContain(name)
  })

  test('a name that is not among them makes none', () => {
    expect(programNamed(race, 'store+frobnicate')).toBeUndefined()
  })
})

test('the same block twice makes two tasks', () => {
  const race = races.find(({ name }) => name === 'hole-punch-fault') ?? expect.fail()
  const program = race.blocks.compose(['store', 'store']).build({ kernel: 'v3.4', fixes: [], fs: 'ext4', memory: 'sc' })
  expect(load(program).tasks.map(({ name }) => name)).toEqual(expect.arrayContaining(['store', 'store 2']))
})

describe('a diagram that no program of the race has the tasks for', () => {
  /** No program of the race has fsync beside a hole being punched. */
  const FSYNC = `
CPU1                                CPU2

punch_hole()
  truncate_pagecache_range()
                                    fsync()
  remove file blocks
`

  test('is asked of one that is composed, and the answer says so', () => {
    const { answer, program, composed } = answerTo(FSYNC, 'hole-punch-fault')
    expect({ answer, program }).toEqual({ answer: 'possible', program: 'punch+fsync' })
    expect(composed).toContain('punch+fsync')
  })

  test('is not composed where one program is named', () => {
    expect(answerTo(FSYNC, 'hole-punch-fault/store')).toMatchObject({ answer: 'impossible', composed: [] })
  })
})
