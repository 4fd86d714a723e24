import { describe, expect, test } from 'vitest'
import { ProgramError, replay } from '../../../src/engine/index.js'
import { movesAfter } from '../../../src/engine/next-moves.js'
import { runOn } from '../../../src/engine/walk-on.js'
import { situation } from '../../../src/report/explorer/situation.js'
import { tokenAt } from '../../../src/report/explorer/token-at.js'
import { caught, choosing, inversion, lostUpdate, lostWakeup, ownPrograms, realSchedules, spinning, storeBuffering } from './support.js'

describe('taking over', () => {
  test('at the beginning every task that can go on is offered, with what it would do', () => {
    const { recording } = situation(lostUpdate, 'h1:')
    expect(recording.steps).toEqual([])
    expect(recording.moments.map(({ status, next }) => [status, next?.op, next?.object])).toEqual([
      ['ready', 'get', 'counter'],
      ['ready', 'get', 'counter'],
    ])
    expect(recording.moves.map(({ task, token, preview }) => [task, token, preview.result])).toEqual([
      [0, 'h1:0-', '0'],
      [1, 'h1:1-', '0'],
    ])
    expect(recording.ended).toBe(false)
  })

  test('a move says what it would change', () => {
    const { recording } = situation(lostUpdate, 'h1:0-')
    const move = recording.moves.find(({ task }) => task === 0)
    expect(move?.preview.changes).toEqual([{ object: 'counter', part: 'counter', before: '0', after: '1' }])
    expect(situation(lostUpdate, move?.token ?? '').recording.steps).toHaveLength(2)
  })

  test('a move that reaches a failure says so before it is made', () => {
    const { recording } = situation(lostUpdate, 'h1:0-_1-_0-')
    expect(recording.failures).toEqual([])
    const last = recording.moves.find(({ task }) => task === 1)
    expect(last?.preview.failures.map(({ message }) => message)).toEqual(['an update was lost'])
    const reached = situation(lostUpdate, last?.token ?? '')
    expect(reached.recording.failures.map(({ step, failure }) => [step, failure.message])).toEqual([[4, 'an update was lost']])
    expect(reached.recording.ended).toBe(true)
    expect(reached.recording.moves).toEqual([])
  })

  test('a choice is offered answer by answer, and nobody else moves meanwhile', () => {
    const { recording } = situation(choosing, 'h1:')
    expect(recording.moments[0]).toMatchObject({ status: 'choosing', choices: 3 })
    expect(recording.moves.map(({ task, choice, token }) => [task, choice, token])).toEqual([
      [0, 0, 'h1:0.0'],
      [0, 1, 'h1:0.1'],
      [0, 2, 'h1:0.2'],
    ])
    expect(situation(choosing, 'h1:0.2_0-2').recording.failures.map(({ failure }) => failure.message)).toEqual(['two was chosen'])
  })

  test('who waits says for what and who has it', () => {
    const { recording } = situation(inversion, 'h1:0-_1-')
    const before = recording.steps.flatMap(({ moments }) => moments).findLast(({ task }) => task === 0)
    expect(before?.moment).toMatchObject({ status: 'waiting', wait: { text: 'Y held by B', holders: [1] } })
    expect(before?.moment.calls.map(({ fn }) => fn)).toEqual(['forwards'])
    expect(recording.moves.map(({ task }) => task)).toEqual([1])
  })

  test('under weak memory a late access is offered beside the timely one', () => {
    const offered: string[] = []
    for (let token: string | undefined = 'h1:'; token !== undefined; ) {
      const { recording }: ReturnType<typeof situation> = situation(storeBuffering, token)
      offered.push(...recording.moves.flatMap(({ preview }) => preview.late ?? []))
      token = recording.moves.at(-1)?.token
    }
    expect(offered).toContain('stale, now 1')
  })

  test('every move leads to a schedule that fits, and does what it said', () => {
    for (const subject of ownPrograms) {
      let token = 'h1:'
      for (let i = 0; i < 12; i++) {
        const { moves, steps } = situation(subject, token).recording
        expect(movesAfter(subject, token)).toEqual(moves)
        for (const { token: longer, preview } of moves) {
          const { recording } = situation(subject, longer)
          const last = recording.trace.events.findLast((event) => event.type === 'step')
          if (recording.steps.length > steps.length) expect(last?.changes, `${subject.name} ${longer}`).toEqual(preview.changes)
          expect(recording.failures.slice(-preview.failures.length || Infinity).map(({ failure }) => failure)).toEqual(preview.failures)
        }
        const next = moves[i % Math.max(1, moves.length)]
        if (next === undefined) break
        token = next.token
      }
    }
  })
})

describe('a situation', () => {
  test('has the trace that replaying has, and every failure', () => {
    for (const { name, subject, token } of realSchedules()) {
      const { recording } = situation(subject, token)
      expect(recording.trace, name).toEqual(replay(subject, token))
      expect(recording.failures.map(({ failure }) => failure), name).toContainEqual(recording.trace.failure)
    }
  })

  test('is plain data, the same every time', () => {
    for (const subject of ownPrograms) {
      const { schedule } = subject === choosing ? { schedule: 'h1:0.1_0-2' } : caught(subject)
      const once = situation(subject, schedule)
      expect(structuredClone(once)).toEqual(once)
      expect(situation(subject, schedule)).toEqual(once)
    }
  })

  test('knows the livelock of a schedule that goes in a circle', () => {
    const { schedule } = caught(spinning)
    expect(situation(spinning, schedule).recording.failures.map(({ failure }) => failure.kind)).toEqual(['livelock'])
  })

  test('can be cut off at any step', () => {
    for (const { subject, token } of realSchedules().slice(0, 3)) {
      const whole = situation(subject, token)
      for (const cursor of [0, 1, 7, whole.recording.steps.length - 1, whole.recording.steps.length]) {
        const part = situation(subject, tokenAt(whole, cursor))
        expect(part.recording.steps).toEqual(whole.recording.steps.slice(0, cursor))
      }
      expect(tokenAt(whole, whole.recording.steps.length)).toBe(token)
    }
  })

  test.each([
    ['nonsense', 'begins with h1:'],
    ['h1:zz!', 'cannot be read'],
    ['h1:9-', 'cannot go on at step 1'],
    ['h1:0-9', 'cannot go on at step 3'],
  ])('refuses the token %s', (token, message) => {
    expect(() => situation(lostUpdate, token)).toThrow(ProgramError)
    expect(() => situation(lostUpdate, token)).toThrow(message)
  })

  test('refuses an answer that a choice does not have', () => {
    expect(() => situation(choosing, 'h1:0.3')).toThrow('A has 3 answers at step 1')
  })
})

describe('letting it run on', () => {
  test('goes on with the same task as long as that can, then with the lowest', () => {
    expect(runOn(lostUpdate, 'h1:1-')).toBe('h1:1-2_0-2')
    expect(situation(lostUpdate, runOn(lostUpdate, 'h1:1-')).recording.failures).toEqual([])
  })

  test('stops at a failure', () => {
    const { recording } = situation(lostWakeup, runOn(lostWakeup, 'h1:0-_1-'))
    expect(recording.ended).toBe(true)
    expect(recording.failures.map(({ failure }) => failure.kind)).toEqual(['lost-wakeup'])
    expect(runOn(choosing, 'h1:0.2')).toBe('h1:0.2_0-2')
  })

  test('takes the first answer of a choice', () => {
    expect(runOn(choosing, 'h1:')).toMatch(/^h1:0\.0_/)
  })

  test('gives up on what never ends', () => {
    const token = runOn(spinning, 'h1:', 50)
    expect(situation(spinning, token).recording.steps).toHaveLength(50)
  })
})
