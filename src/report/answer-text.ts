/** What `heddle possible` found, in words: whether it can happen, the execution, and what forbids it. */
import { GUARD_STATES, type Answer, type Delay } from '../diagram/search/answer.js'
import { diagram as draw } from './diagram.js'
import { counted, grouped } from './numbers.js'
import { filled } from './paragraph.js'
import { PLAIN, type Palette } from './palette.js'

export interface AnswerContext {
  /** `RACE`, without a program. */
  readonly race: string
  /** Options that select the configuration, as `--fix v2`. */
  readonly options: readonly string[]
  readonly seconds: number
  readonly palette?: Palette
}

const WIDTH = 72

/** The answer and what it rests on. Ends with a newline. */
export function answerText(answer: Answer, context: AnswerContext): string {
  const palette = context.palette ?? PLAIN
  const sections = [verdict(answer, context, palette), why(answer), drawing(answer), delays(answer), replayed(answer, context)]
  return `${sections.filter((section) => section !== '').join('\n\n')}\n`
}

function verdict(answer: Answer, { race, seconds }: AnswerContext, palette: Palette): string {
  const where = `in ${race}/${answer.program}`
  const effort = `${counted(answer.states, 'state')}, ${seconds.toFixed(1)} s`
  switch (answer.answer) {
    case 'possible':
      return `${palette.bad('POSSIBLE')} ${where}, with ${counted(answer.contextSwitches, 'context switch', 'context switches')} (${effort})`
    case 'impossible':
      return `${palette.good('IMPOSSIBLE')}: no execution of ${race} does this; every state was explored (${effort})`
    default:
      return `${palette.unsure('UNKNOWN')}: ${answer.bound ?? 'a bound'} was hit first (${effort})`
  }
}

function why(answer: Answer): string {
  if (answer.answer === 'possible') return ''
  const { obstacle, understanding, blockedLine } = answer
  const cell = understanding.cells.find(({ ids }) => obstacle !== null && ids.includes(obstacle.id))
  const row = cell === undefined ? '' : `: ${cell.cell.text}`
  const lines = [`${answer.matched} of ${answer.rows} steps can be matched in order. What cannot follow is line ${blockedLine ?? '?'}${row}.`]
  if (obstacle !== null) {
    const since = obstacle.since === '' ? '' : `, who has taken it in ${obstacle.since}`
    lines.push(`There ${obstacle.reason}${since}.`)
  }
  if (answer.without.length > 0) {
    const names = answer.without.map(({ name }) => name)
    lines.push(`It is impossible because of ${names.join('; or because of ')}: without that, it is possible.`)
  } else if (answer.answer === 'impossible') {
    lines.push(
      'No single lock or second look makes it possible when it is left out ' +
        `(each was tried for at most ${grouped(GUARD_STATES)} states of this program).`,
    )
  }
  return lines.map((line) => filled(line, WIDTH, 0)).join('\n')
}

function drawing({ trace, marks, answer: verdict, matched }: Answer): string {
  if (trace === null) return ''
  const title = verdict === 'possible' ? '<n>: line n of the diagram is matched here' : `as far as it goes (${counted(matched, 'step')} matched; <n>: line n)`
  return `${title}\n\n${draw(trace, { marks })}`
}

function delays({ delays: plan }: Answer): string {
  if (plan.length === 0) return ''
  const lines = plan.map((delay, at) => filled(`${at + 1}. ${delayText(delay)}`, WIDTH, 3))
  return ['To make it likely on a real kernel, delay:', ...lines].join('\n')
}

function delayText({ task, where, after, before }: Delay): string {
  return `${task} in ${where}(), after ${after}${before === '' ? '' : ` and before ${before}`}`
}

function replayed({ schedule, program }: Answer, { race, options }: AnswerContext): string {
  return schedule === null ? '' : ['heddle replay --race', `${race}/${program}`, ...options, '--schedule', schedule].join(' ')
}
