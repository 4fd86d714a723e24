import { describe, expect, test } from 'vitest'
import { answerTo, parts } from './question.js'

/** Each with the program that it is asked of, and the answer. */
const questions = parts('questions').map(({ rest, ...question }) => {
  const [target = '', expected = ''] = rest.split('\n')
  return { ...question, target, expected }
})

describe('questions', () => {
  test.each(questions)('$name: $title ($expected)', ({ text, target, expected }) => {
    const { answer, understanding } = answerTo(text, target)
    expect(understanding.cells.filter(({ isUnchecked }) => isUnchecked)).toEqual([])
    expect(answer).toBe(expected)
  })

  test('there are 40 and more, and about half of them are impossible', () => {
    expect(questions.length).toBeGreaterThanOrEqual(40)
    const impossible = questions.filter(({ expected }) => expected === 'impossible').length
    expect(impossible).toBeGreaterThanOrEqual(20)
    expect(questions.length - impossible).toBeGreaterThanOrEqual(20)
  })
})
