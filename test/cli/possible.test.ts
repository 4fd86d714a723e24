import { Ajv2020 } from 'ajv/dist/2020.js'
import { spawnSync } from 'node:child_process'
import { describe, expect, test } from 'vitest'
import schema from '../../schema/heddle-answer-1.json' with { type: 'json' }
import { builtCli, folderWith, heddle, type Ran } from '../support/run-cli.js'

const RACE = ['--race', 'writeback-wakeup/redirty-same-page']

/** Somebody locks the page before the completion has woken who waits. */
const POSSIBLE = `
CPU1                              CPU2 (bio)

                                  end_page_writeback(page)
                                    test_clear_page_writeback(page)
lock_page(page)
                                    wake_up_page(page)
`
/** Writeback ends twice within one call. */
const IMPOSSIBLE = `
CPU1                              CPU2 (bio)

                                  end_page_writeback(page)
                                    test_clear_page_writeback(page)
lock_page(page)
                                    test_clear_page_writeback(page)
some prose that is no step of a kernel
`
/** Reclaim has the lock that the other task takes. */
const LOCKED = `
CPU1                              CPU2

                                  try_to_unmap_one()
                                    take the page table lock
take the page table lock
                                    release the page table lock
`
/** No program of the race has fsync beside a hole being punched. */
const FSYNC = `
CPU1                              CPU2

punch_hole()
  truncate_pagecache_range()
                                  fsync()
  remove file blocks
`
const FILES = {
  'locked.txt': LOCKED,
  'fsync.txt': FSYNC,
  'yes.txt': POSSIBLE,
  'no.txt': IMPOSSIBLE,
  'prose.txt': 'Nothing is drawn here.\n',
  'words.txt': 'CPU1        CPU2\n\nfrobnicate()\n            defenestrate()\n',
}

async function ask(...argv: readonly string[]): Promise<Ran> {
  return await heddle(['possible', ...argv], { cwd: folderWith(FILES) })
}

const isAnswer = new Ajv2020().compile(schema)

describe('the exit status', () => {
  test.each([
    [0, ['yes.txt', ...RACE]],
    [0, ['no.txt', ...RACE]],
    [0, ['yes.txt', ...RACE, '--expect', 'possible']],
    [0, ['no.txt', ...RACE, '--expect', 'impossible']],
    [1, ['yes.txt', ...RACE, '--expect', 'impossible']],
    [1, ['no.txt', ...RACE, '--expect', 'possible']],
    [2, ['yes.txt', ...RACE, '--expect', 'perhaps']],
    [2, ['yes.txt']],
    [2, ['yes.txt', '--race', 'no-such-race']],
    [2, ['gone.txt', ...RACE]],
    [2, ['prose.txt', ...RACE]],
    [2, ['words.txt', ...RACE]],
    [3, ['no.txt', ...RACE, '--max-states', '3']],
    [3, ['no.txt', ...RACE, '--max-states', '3', '--expect', 'impossible']],
    [0, ['yes.txt', '--explain-only']],
  ])('%i: possible %j', async (code, argv) => {
    expect((await ask(...argv)).code).toBe(code)
  })
})

describe('--json', () => {
  const json = async (...argv: readonly string[]): Promise<Record<string, unknown>> => {
    const { stdout } = await ask(...argv, '--json')
    const object = JSON.parse(stdout) as Record<string, unknown>
    expect(isAnswer(object), JSON.stringify(isAnswer.errors)).toBe(true)
    return object
  }

  test('says how it can happen, with a schedule that replays', async () => {
    const object = await json('yes.txt', ...RACE)
    expect(object).toMatchObject({ schema: 'heddle-answer/1', answer: 'possible', rows: 4, matched: 4, unchecked: [], blockedBy: null })
    expect(object.columns).toHaveProperty('CPU2 (bio)', 'bio-1')
    const { code } = await heddle(['replay', ...RACE, '--schedule', String(object.schedule)])
    expect(code).toBe(0)
  })

  test('says what stops it', async () => {
    const object = await json('no.txt', ...RACE)
    expect(object).toMatchObject({ answer: 'impossible', matched: 3 })
    expect(object.blockedBy).toMatchObject({ row: 'test_clear_page_writeback(page)' })
  })

  test('says what it is impossible because of, and the nearest order that is possible', async () => {
    const object = await json('locked.txt', '--race', 'madv-free-direct-io/simple-read')
    expect(object).toMatchObject({ answer: 'impossible', composed: [], without: ['the page table lock'], withoutSets: [['the page table lock']] })
    const nearest = object.nearest as { readonly schedule: string; readonly moved: readonly unknown[] }
    expect(nearest.moved).toHaveLength(1)
    expect((await heddle(['replay', '--race', 'madv-free-direct-io/simple-read', '--schedule', nearest.schedule])).code).toBe(0)
  })

  test('names the program that was composed, which can be replayed and checked', async () => {
    const object = await json('fsync.txt', '--race', 'hole-punch-fault')
    expect(object).toMatchObject({ answer: 'possible', program: 'punch+fsync', composed: ['punch+fsync'], nearest: null })
    const target = 'hole-punch-fault/punch+fsync'
    expect((await heddle(['replay', '--race', target, '--schedule', String(object.schedule)])).code).toBe(0)
    expect((await heddle(['check', target, '--max-states', '100'])).code).not.toBe(2)
  })

  test('says which bound was hit by being unknown', async () => {
    expect(await json('no.txt', ...RACE, '--max-states', '3')).toMatchObject({ answer: 'unknown' })
  })

  test('has an answer of null where only the reading is asked for', async () => {
    const object = await json('yes.txt', '--explain-only')
    expect(object).toMatchObject({ answer: null, rows: 4, matched: 0, blockedBy: null, schedule: null, diagram: null, states: 0 })
  })

  test('lists what is not checked', async () => {
    expect((await json('words.txt', '--explain-only')).unchecked).toEqual(['frobnicate()', 'defenestrate()'])
  })
})

describe('the text', () => {
  test('shows how the diagram was read before it answers', async () => {
    const { stdout } = await ask('yes.txt', ...RACE)
    expect(stdout.indexOf('row by row:')).toBeGreaterThanOrEqual(0)
    expect(stdout.indexOf('POSSIBLE in writeback-wakeup/redirty-same-page')).toBeGreaterThan(stdout.indexOf('row by row:'))
  })

  test('gives the command that replays the execution, and the command works', async () => {
    const { stdout } = await ask('yes.txt', ...RACE)
    const command = /^heddle (replay .*)$/m.exec(stdout)?.[1] ?? ''
    expect((await heddle(command.split(' '))).code).toBe(0)
  })

  test('stops after the reading with --explain-only', async () => {
    const { stdout } = await ask('yes.txt', '--explain-only')
    expect(stdout).toContain('row by row:')
    expect(stdout).not.toContain('POSSIBLE')
  })
})

test('the diagram may come from standard input', () => {
  const { status, stdout } = spawnSync(process.execPath, [builtCli(), 'possible', '-', ...RACE, '--json'], { input: POSSIBLE, encoding: 'utf8' })
  expect(status).toBe(0)
  expect(JSON.parse(stdout)).toMatchObject({ answer: 'possible' })
})

test.each([
  ['a file that is not there is named', ['gone.txt', ...RACE], 'gone.txt'],
  ['a text without a diagram is said to have none', ['prose.txt', ...RACE], 'prose.txt'],
  ['a diagram without a step of the model is refused with a hint', ['words.txt', ...RACE], '--explain-only'],
  ['a race has to be named', ['yes.txt'], '--race RACE'],
])('%s', async (_name, argv, words) => {
  const { stderr } = await ask(...argv)
  expect(stderr).toContain(words)
})

describe('--mbox', () => {
  const MAIL = (from: string, text: string): string =>
    `From ${from} Wed Nov 25 10:00:00 2020\nFrom: ${from}\nDate: Wed, 25 Nov 2020 10:00:00 +0000\nSubject: a race\n\n${text}\n`
  const mbox = `${MAIL('jane@example.org', POSSIBLE)}\n${MAIL('john@example.org', IMPOSSIBLE)}`

  test('answers every diagram of every mail, in a table', async () => {
    const { code, stdout } = await heddle(['possible', 'list.mbox', '--mbox', ...RACE], { cwd: folderWith({ 'list.mbox': mbox }) })
    expect(code).toBe(0)
    const [, first, second] = stdout.split('\n')
    expect(first).toMatch(/^jane@example\.org, .*CPU1 \| CPU2 \(bio\) +possible in redirty-same-page, \d context switch(es)?$/)
    expect(second).toMatch(/^john@example\.org, .*impossible, 3 of 4 steps; not line 7: test_clear_page_writeback\(page\)$/)
  })

  test('and as an array of answers', async () => {
    const { stdout } = await heddle(['possible', 'list.mbox', '--mbox', ...RACE, '--json'], { cwd: folderWith({ 'list.mbox': mbox }) })
    const all = JSON.parse(stdout) as readonly { readonly message: { readonly from: string }; readonly answer: { readonly answer: string } }[]
    expect(all.map(({ message, answer }) => [message.from, answer.answer])).toEqual([
      ['jane@example.org', 'possible'],
      ['john@example.org', 'impossible'],
    ])
    for (const { answer } of all) expect(isAnswer(answer), JSON.stringify(isAnswer.errors)).toBe(true)
  })

  test('says why it found nothing in a mail whose line breaks were lost', async () => {
    const cwd = folderWith({ 'lost.mbox': `${POSSIBLE.replace(/\s+/g, ' ').repeat(20)}\n` })
    const { code, stderr } = await heddle(['possible', 'lost.mbox', '--mbox', ...RACE], { cwd })
    expect(code).toBe(2)
    expect(stderr).toMatch(/lost\.mbox:1: no mail has a diagram: the line breaks of the text are lost/)
  })

  test('refuses a file in which nothing is drawn', async () => {
    expect((await ask('prose.txt', '--mbox', ...RACE)).code).toBe(2)
  })
})
