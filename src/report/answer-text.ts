/** What `heddle possible` found, in words: whether it can happen, the execution, and what forbids it. */
import type { Answer } from '../diagram/search/answer.js'
import type { Delay } from '../diagram/search/delays.js'
import type { GuardSets, SetsTried } from '../diagram/search/guard-sets.js'
import type { Nearest } from '../diagram/search/nearest.js'
import { writeDiagram } from '../diagram/write.js'
import { diagram as draw } from './diagram.js'
import { counted, grouped } from './numbers.js'
import { filled } from './paragraph.js'
import { PLAIN, type Palette } from './palette.js'

export interface AnswerContext {
  /** `RACE`, without a program. */
  readonly race: string
  /** Whether one program of it was asked only. */
  readonly isOne?: boolean
  /** Options that select the configuration, as `--fix v2`. */
  readonly options: readonly string[]
  readonly seconds: number
  readonly palette?: Palette
}

const WIDTH = 72

/** The answer and what it rests on. Ends with a newline. */
export function answerText(answer: Answer, context: AnswerContext): string {
  const palette = context.palette ?? PLAIN
  const sections = [
    verdict(answer, context, palette),
    why(answer),
    drawing(answer),
    delays(answer),
    replayed(answer.schedule, answer.program, context),
    because(answer.guards),
    nearest(answer, context),
  ]
  return `${sections.filter((section) => section !== '').join('\n\n')}\n`
}

function verdict(answer: Answer, { race, seconds, isOne = false }: AnswerContext, palette: Palette): string {
  const where = `in ${race}/${answer.program}`
  const asked = isOne ? `${race}/${answer.program}` : race
  const composed = answer.composed.length === 0 ? '' : `\n${filled(composedText(answer), WIDTH, 0)}`
  const effort = `${counted(answer.states, 'state')}, ${seconds.toFixed(1)} s`
  switch (answer.answer) {
    case 'possible':
      return `${palette.bad('POSSIBLE')} ${where}, with ${counted(answer.contextSwitches, 'context switch', 'context switches')} (${effort})${composed}`
    case 'impossible':
      return `${palette.good('IMPOSSIBLE')}: no execution of ${asked} does this; every state was explored (${effort})${composed}`
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
  return `${task}${where === '' ? '' : ` in ${where}()`}, after ${after}${before === '' ? '' : ` and before ${before}`}`
}

function replayed(schedule: string | null, program: string, { race, options }: AnswerContext): string {
  return schedule === null ? '' : ['heddle replay --race', `${race}/${program}`, ...options, '--schedule', schedule].join(' ')
}

/** Why the question was put to a program that the race has not. */
function composedText({ composed, answer, program }: Answer): string {
  const what = composed.length === 1 ? 'was composed' : 'were composed'
  const names = answer === 'possible' && composed.includes(program) ? program : composed.join(', ')
  return `No program of the race is known to have all the calls that are drawn: ${names} ${what} of its building blocks.`
}

/** What it is impossible because of, and how much was tried to find that out. */
function because(guards: GuardSets | null): string {
  if (guards === null) return ''
  const { sets, tried } = guards
  const names = sets.map((set) => set.map(({ name }) => name).join(', together with '))
  const left = (sets[0]?.length ?? 1) === 1 ? 'if that is left out' : 'if these are left out together'
  const found =
    sets.length === 0
      ? 'Nothing was found whose leaving out makes it possible.'
      : `It is impossible because of ${names.join('; or because of ')}: ${left}, it is possible.`
  const effort = `Tried were ${tried.map(triedText).join(', ')}.`
  return [found, effort].map((line) => filled(line, WIDTH, 0)).join('\n')
}

const SIZES = ['', 'single locks and second looks', 'pairs', 'sets of three']

function triedText({ size, tried, of, exhausted, states }: SetsTried): string {
  const count = tried === of ? `all ${of}` : `${tried} of ${of}`
  const some = exhausted === 0 ? '' : `${exhausted} with every state, others `
  const rest = exhausted === tried ? 'with every state' : `${some}with up to ${grouped(states)} states`
  return `${count} ${SIZES[size] ?? ''} (${rest})`
}

/** The same rows in another order, and what of them was moved. */
function nearest({ nearest: found, program, understanding }: Answer, context: AnswerContext): string {
  if (found === null) return ''
  const { moved, diagram } = found
  const named = (cell: Nearest['moved'][number]['cell']): string => {
    const line = understanding.cells.find((understood) => understood.cell === cell)?.line ?? 0
    return `line ${line} (${cell.text})`
  }
  const moves = moved.map(({ cell, below }) => filled(`- ${named(cell)} ${below === null ? 'comes first' : `comes after ${named(below)}`}`, WIDTH, 2))
  return [
    filled(`The nearest order that was found to be possible, with ${counted(moved.length, 'step')} moved:`, WIDTH, 0),
    ...moves,
    '',
    writeDiagram(diagram),
    '',
    replayed(found.schedule, program, context),
  ].join('\n')
}
