import { readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, test } from 'vitest'
import { jsonReport } from '../../src/report/json-report.js'
import { junitReport } from '../../src/report/junit-report.js'
import { matrixJson } from '../../src/report/matrix-json.js'
import { matrixResult } from '../../src/report/matrix-result.js'
import { matrixText } from '../../src/report/matrix-text.js'
import { ANSI } from '../../src/report/palette.js'
import { sarifReport } from '../../src/report/sarif-report.js'
import { textReport } from '../../src/report/text-report.js'
import { traceText } from '../../src/report/trace-text.js'
import { checked, fileCheck, RACE, raceCheck } from './checks.js'
import { lockInversion, lostUpdate, staleWakeup } from './fixtures.js'

const race = raceCheck([], [checked('reuse', [staleWakeup()]), checked('truncate', [])])
const holds = raceCheck(['hugh-2'], [checked('reuse', []), checked('truncate', [])])
const unknown = raceCheck(['while-in-write-cache-pages'], [checked('reuse', [], 'max-states'), checked('truncate', [])])
const raceAndBound = raceCheck(['while-in-write-cache-pages'], [checked('reuse', [staleWakeup()], 'max-seconds')])
const own = fileCheck('examples/lost update.ts', [checked('lost-update', [lostUpdate(), lockInversion()])])
const twoFailures = raceCheck(['while-in-write-cache-pages'], [checked('reuse', [lostUpdate(), staleWakeup()])])
const matrix = matrixResult(RACE, [race, holds, twoFailures])

const withoutColour = (text: string): string => text.replace(/\u001b\[\d+m/g, '')

describe('golden reports', () => {
  test.each([
    ['race.txt', textReport(race)],
    ['holds.txt', textReport(holds)],
    ['unknown.txt', textReport(unknown)],
    ['race-and-bound.txt', textReport(raceAndBound)],
    ['own-file.txt', textReport(own)],
    ['race.json', jsonReport([race])],
    ['race.junit.xml', junitReport([race, unknown, own])],
    ['race.sarif.json', sarifReport([race, unknown, own])],
    ['matrix.txt', matrixText(matrix)],
    ['matrix.json', matrixJson([matrix])],
    ['replay.txt', traceText(staleWakeup())],
    ['replay-deadlock.txt', traceText(lockInversion())],
  ])('%s', async (name, text) => {
    await expect(text).toMatchFileSnapshot(`golden/${name}`)
  })
})

describe('text', () => {
  test('colour changes nothing but colour', () => {
    for (const check of [race, holds, unknown]) {
      const coloured = textReport(check, { palette: ANSI })
      expect(coloured).not.toBe(textReport(check))
      expect(withoutColour(coloured)).toBe(textReport(check))
    }
    expect(withoutColour(matrixText(matrix, { palette: ANSI }))).toBe(matrixText(matrix))
    expect(withoutColour(traceText(staleWakeup(), { palette: ANSI }))).toBe(traceText(staleWakeup()))
  })

  test('a bound never looks like success', () => {
    expect(textReport(unknown)).toMatch(/^UNKNOWN: .*--max-states/m)
    expect(textReport(raceAndBound)).toMatch(/^RACE: .*there may be more/m)
    expect(junitReport([unknown])).toContain('<error type="max-states"')
  })

  test('the replay command selects the same configuration', () => {
    expect(textReport(raceAndBound)).toContain(
      'heddle replay --race writeback-wakeup/reuse --fix while-in-write-cache-pages --schedule h1:0a1b2c3d',
    )
    expect(textReport(own)).toContain("heddle replay --race 'examples/lost update.ts' --schedule h1:0a1b2c3d")
  })
})

describe('JSON', () => {
  test('an object for one configuration, an array for several', () => {
    expect(JSON.parse(jsonReport([race]))).toMatchObject({ schema: 'heddle-result/1', verdict: 'race' })
    expect(JSON.parse(jsonReport([race, holds]))).toMatchObject([{ verdict: 'race' }, { verdict: 'holds' }])
  })

  test('is what the shipped schema says', () => {
    const schema = readFileSync(new URL('../../schema/heddle-result-1.json', import.meta.url), 'utf8')
    const valid = new Ajv2020({ allErrors: true }).compile(JSON.parse(schema) as object)
    for (const checks of [[race], [race, holds, unknown, raceAndBound, own]]) {
      valid(JSON.parse(jsonReport(checks)))
      expect(valid.errors).toBeNull()
    }
  })

  test('one failure of one program makes the whole a race; one bound an unknown', () => {
    expect([race, holds, unknown, raceAndBound].map((check) => [check.verdict, check.bound])).toEqual([
      ['race', null],
      ['holds', null],
      ['unknown', 'max-states'],
      ['race', 'max-seconds'],
    ])
  })
})

describe('matrix', () => {
  test('differs where the model contradicts the thread', () => {
    const cells = matrix.rows.map((row) => row.cells.map((cell) => `${cell.verdict} ${cell.comparison}`))
    expect(cells).toEqual([
      ['race open', 'holds open'],
      ['holds agrees', 'holds open'],
      ['race differs', 'holds differs'],
    ])
  })

  test('failures that belong to no column are not swept under the rug', () => {
    expect(matrix.rows[2]?.others.map((failure) => failure.message)).toEqual(['an update was lost'])
  })

  test('refuses checks that cannot be compared', () => {
    expect(() => matrixResult(RACE, [])).toThrow(RangeError)
    expect(() => matrixResult(RACE, [own])).toThrow(RangeError)
  })
})
