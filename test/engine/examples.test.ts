/** The examples have the verdicts that they say, by every method; the guide shows them as they are. */
import { readFileSync, readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { explore, replay, type FoundFailure, type Program } from 'heddle/engine'
import boundedBuffer, { enqueuedFirst } from '../../examples/engine/bounded-buffer.js'
import doubleChecked, { early } from '../../examples/engine/double-checked.js'
import lostUpdate from '../../examples/engine/lost-update.js'
import readersWriters, { nested } from '../../examples/engine/readers-writers.js'
import ticketLock, { torn } from '../../examples/engine/ticket-lock.js'
import treiberStack, { counted } from '../../examples/engine/treiber-stack.js'
import { diagram } from '../../src/report/diagram.js'

/** Each program and all its failures, those with the shortest traces first. */
const EXAMPLES: readonly (readonly [Program, readonly string[]])[] = [
  [lostUpdate, ['assertion in finally: an update was lost']],
  [ticketLock, []],
  [
    torn,
    [
      'deadlock in lock: A waits for ticket 0 to be served',
      'deadlock in lock: B waits for ticket 0 to be served',
      'assertion in finally: two tasks were in the critical section at once',
    ],
  ],
  [treiberStack, ['assertion in finally: a freed node is on the stack']],
  [counted, []],
  [doubleChecked, []],
  [early, ['assertion in use: the object is used before it is filled in']],
  [readersWriters, []],
  [nested, ['deadlock in read: reader waits for lock held by reader (read), behind writer (write)']],
  [
    boundedBuffer,
    [
      'lost-wakeup in take: consumer sleeps for ever although what it waits for has happened: an item',
      'lost-wakeup in put: producer sleeps for ever although what it waits for has happened: room in the buffer',
    ],
  ],
  [enqueuedFirst, []],
]

const text = ({ kind, where, message }: FoundFailure): string => `${kind} in ${where}: ${message}`

describe('the examples', () => {
  test.each(EXAMPLES.map(([subject, failures]) => [subject.name, subject, failures] as const))('%s', (_name, subject, failures) => {
    const result = explore(subject)
    expect(result.failures.map(text)).toEqual(failures)
    expect(result.verdict).toBe(failures.length === 0 ? 'holds' : 'race')
    for (const method of ['plain', 'reduced'] as const) expect(explore(subject, { method }).failures).toEqual(result.failures)
    for (const found of result.failures) {
      const { kind, where, message } = found
      expect(replay(subject, found.schedule, found)).toMatchObject({ failure: { kind, where, message }, steps: found.steps })
    }
  })
})

/** The program that an example exports by default, by its file. */
const BY_FILE: Readonly<Record<string, Program>> = {
  'bounded-buffer.ts': boundedBuffer,
  'double-checked.ts': doubleChecked,
  'lost-update.ts': lostUpdate,
  'readers-writers.ts': readersWriters,
  'ticket-lock.ts': ticketLock,
  'treiber-stack.ts': treiberStack,
}

const EXAMPLES_FOLDER = new URL('../../examples/engine/', import.meta.url)
const GUIDE = fileURLToPath(new URL('../../docs/engine.md', import.meta.url))

/** What the guide shows in the block headed `<!-- code of FILE -->` or `<!-- trace of FILE -->`. */
function shown(what: string, file: string): string {
  if (what === 'code') return readFileSync(new URL(file, EXAMPLES_FOLDER), 'utf8')
  const subject = BY_FILE[file]
  const found = subject && explore(subject).failures[0]
  if (subject === undefined || found === undefined) throw new RangeError(`examples/engine/${file} has no trace to show`)
  return `${diagram(replay(subject, found.schedule, found))}\n`
}

describe('the guide', () => {
  const guide = readFileSync(GUIDE, 'utf8')

  test('shows examples and traces as they are (vitest -u writes them)', async () => {
    const block = /(<!-- (code|trace) of ([\w-]+\.ts) -->\n```\w*\n)[^]*?```/g
    const written = guide.replaceAll(block, (_all, head: string, what: string, file: string) => `${head}${shown(what, file)}\`\`\``)
    await expect(written).toMatchFileSnapshot(GUIDE)
  })

  test('names every example', () => {
    expect(Object.keys(BY_FILE).sort()).toEqual(readdirSync(EXAMPLES_FOLDER).sort())
    for (const file of Object.keys(BY_FILE)) expect(guide).toContain(`examples/engine/${file}`)
  })
})
