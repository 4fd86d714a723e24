import { describe, expect, test } from 'vitest'
import { answerTo, parts } from './question.js'

/** Each with the program that it is asked of, and the answer. */
const questions = parts('questions').map(({ rest, ...question }) => {
  const [target = '', expected = ''] = rest.split('\n')
  return { ...question, target, expected }
})

/** What a question takes at most on a busy machine; two seconds are what people are promised. */
const SECONDS_MAX = 10

describe('questions', () => {
  test.each(questions)('$name: $title ($expected)', ({ text, target, expected }) => {
    const started = performance.now()
    const { answer, understanding } = answerTo(text, target)
    expect(understanding.cells.filter(({ isUnchecked }) => isUnchecked)).toEqual([])
    expect(answer).toBe(expected)
    expect((performance.now() - started) / 1000).toBeLessThan(SECONDS_MAX)
  })

  test('there are 40 and more, and about half of them are impossible', () => {
    expect(questions.length).toBeGreaterThanOrEqual(40)
    const impossible = questions.filter(({ expected }) => expected === 'impossible').length
    expect(impossible).toBeGreaterThanOrEqual(20)
    expect(questions.length - impossible).toBeGreaterThanOrEqual(20)
  })
})
