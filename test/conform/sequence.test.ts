import { describe, expect, test } from 'vitest'
import { contentText, contentWords, pagesText, wordsOf } from '../../src/conform/content.js'
import { generate, mainWordsAtMost } from '../../src/conform/generate.js'
import { MAIN_PAGES_MAX, PAGE_WORDS, STEP_VALUE_MAX } from '../../src/conform/geometry.js'
import { headerLine, readRecording, recordLine, type SequenceRecord } from '../../src/conform/record.js'
import { OPERATION_NAMES, operationText, type Operation } from '../../src/conform/sequence.js'

const SEEDS = Array.from({ length: 500 }, (_, seed) => seed)

describe('random sequences', () => {
  test('are the same for the same seed, and others for others', () => {
    expect(generate(7)).toEqual(generate(7))
    expect(generate(7).steps).not.toEqual(generate(8).steps)
  })

  test('have every operation that a user can issue', () => {
    const names = new Set(SEEDS.flatMap((seed) => generate(seed).steps.map((step) => step.op)))
    expect([...names].sort()).toEqual([...OPERATION_NAMES, 'fork'].sort())
  })

  test('never make the main file larger than what is observed of it', () => {
    for (const seed of SEEDS) {
      expect(mainWordsAtMost(generate(seed).steps)).toBeLessThanOrEqual((MAIN_PAGES_MAX + 1) * PAGE_WORDS)
    }
  })

  test('write a value of its own in each step, so that who wrote a word is known', () => {
    for (const seed of SEEDS) {
      const { steps } = generate(seed)
      for (const [index, step] of steps.entries()) for (const value of valuesOf(step)) expect(value).toBe(index + 1)
    }
    expect(generate(1).steps.length).toBeLessThan(STEP_VALUE_MAX)
  })

  test('load and store within one page', () => {
    const accesses = SEEDS.flatMap((seed) => generate(seed).steps).filter((step) => step.op === 'load' || step.op === 'store')
    for (const { word, length } of accesses) expect((word % PAGE_WORDS) + length).toBeLessThanOrEqual(PAGE_WORDS)
    expect(accesses.length).toBeGreaterThan(100)
  })

  test('can be read by people', () => {
    expect(operationText({ op: 'pwrite', file: 'main', offset: 8, length: 16, value: 3 })).toBe('pwrite file=main offset=8 length=16 value=3')
    expect(operationText({ op: 'pread-direct', offset: 0, length: 8, into: { map: 'anon', word: 8 } })).toBe(
      'pread-direct offset=0 length=8 into=anon@8',
    )
  })
})

function valuesOf(step: Operation): readonly number[] {
  if (step.op === 'fork') return step.accesses.flatMap(valuesOf)
  if (step.op === 'pwrite' || step.op === 'store') return [step.value]
  return step.op === 'pwrite-direct' && 'value' in step.from ? [step.from.value] : []
}

describe('content', () => {
  test('is written as runs of words', () => {
    expect(contentText([7, 7, 7, 0])).toBe('7*3,0*1')
    expect(contentWords('7*3,0*1')).toEqual([7, 7, 7, 0])
    expect(contentWords(contentText([]))).toEqual([])
    expect(pagesText([[1, 1], null, []])).toBe('1*2 . ')
    expect(() => contentWords('seven')).toThrow(RangeError)
  })

  test('of a word whose bytes differ is -1', () => {
    const bytes = new Uint8Array(1024).fill(5)
    bytes[700] = 6
    expect(wordsOf(bytes)).toEqual([5, -1])
  })
})

describe('a recording', () => {
  const state = { size: 0, incore: '0', cache: '.', blocks: 'h', cached: '.', disk: '.' }
  const memory = { anon: '.', anonData: '.', shared: '.', private: '.', privateData: '.', other: '.' }
  const record: SequenceRecord = {
    ...generate(3, 3),
    observations: [
      { result: 8, data: '', main: { ...state, size: 8 }, other: state, memory },
      { result: 8, data: '1*8', main: { ...state, size: 8 }, other: { ...state, cache: 'c' }, memory },
      { result: 0, data: '', results: [-14, 1], main: { ...state, size: 4 }, other: { ...state, cache: 'c' }, memory: { ...memory, anon: 'p' } },
    ],
    end: { main: '1*4', other: '', mainAgain: '1*4', otherAgain: '' },
  }
  const header = {
    format: 'heddle-conform/1',
    release: '6.18',
    machine: 'x64',
    fs: 'xfs',
    mkfs: [],
    mount: '',
    tuning: [],
    generator: 1,
    firstSeed: 3,
    sequences: 1,
  } as const

  test('says only what changed, and is complete again when it is read', () => {
    const line = recordLine(record)
    expect(JSON.parse(line)).toMatchObject({ observations: [{}, { other: { cache: 'c' } }, { main: { size: 4 }, memory: { anon: 'p' } }] })
    expect(readRecording(`${headerLine(header)}\n${line}\n`)).toEqual({ header, records: [record] })
  })

  test('of another format is refused', () => {
    expect(() => readRecording('{"format":"heddle-conform/2"}\n')).toThrow('not a recording of heddle-conform/1')
    expect(() => readRecording('')).toThrow(RangeError)
  })
})
