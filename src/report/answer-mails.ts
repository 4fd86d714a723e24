/** What `heddle possible --mbox` found: every diagram of every mail with its answer. */
import type { Answer } from '../diagram/search/answer.js'
import type { Understanding } from '../diagram/search/question-of.js'
import type { MailMessage } from '../diagram/mail.js'
import type { Diagram } from '../diagram/types.js'
import { answerObject } from './answer-json.js'
import { counted } from './numbers.js'

export interface MailAnswer {
  readonly message: MailMessage
  readonly diagram: Diagram
  readonly understanding: Understanding
  /** Null if no step of it names anything of the model, or nothing was to be searched. */
  readonly answer: Answer | null
  readonly seconds: number
}

/** An array: of each diagram the mail it is in, its lines there, and its `heddle-answer/1`. */
export function mailsJson(answers: readonly MailAnswer[]): string {
  const all = answers.map(({ message, diagram, understanding, answer, seconds }) => ({
    message: { from: message.from, date: message.date, subject: message.subject, messageId: message.messageId },
    lines: [diagram.firstLine, diagram.lastLine],
    answer: answerObject(diagram, understanding, answer, seconds),
  }))
  return `${JSON.stringify(all, null, 2)}\n`
}

/** A table, one row for each diagram. */
export function mailsText(answers: readonly MailAnswer[]): string {
  const rows = answers.map((found) => [messageText(found), diagramText(found.diagram), answerText(found)])
  const table = [['message', 'diagram', 'answer'], ...rows]
  const widths = [0, 1].map((column) => Math.max(...table.map((row) => (row[column] ?? '').length)))
  const lines = table.map(([message = '', diagram = '', answer = '']) => `${message.padEnd(widths[0] ?? 0)}  ${diagram.padEnd(widths[1] ?? 0)}  ${answer}`)
  return `${lines.join('\n')}\n`
}

/** Who and when; which mail of the file, if it does not say. */
function messageText({ message: { from, date, index } }: MailAnswer): string {
  const said = [from.replace(/ *<.*>$/, ''), date.replace(/ +/g, ' ')].filter((part) => part !== '').join(', ')
  return said === '' ? `mail ${index + 1}` : said
}

function diagramText({ firstLine, lastLine, columns }: Diagram): string {
  const headers = columns.map(({ header }) => header).filter((header) => header !== '')
  return `lines ${firstLine}-${lastLine}${headers.length === 0 ? '' : `: ${headers.join(' | ')}`}`
}

function answerText({ answer, understanding }: MailAnswer): string {
  if (answer === null) return understanding.question.rows.length === 0 ? 'not understood' : 'not asked'
  if (answer.answer === 'possible') return `possible in ${answer.program}, ${counted(answer.contextSwitches, 'context switch', 'context switches')}`
  const cell = understanding.cells.find(({ ids }) => answer.obstacle !== null && ids.includes(answer.obstacle.id))
  const stops = cell === undefined ? '' : `; not line ${cell.line}: ${cell.cell.text}`
  return `${answer.answer}, ${answer.matched} of ${answer.rows} steps${stops}`
}
