/** Finds every diagram in an mbox, in a raw mail, or in the page of an archive that shows a thread. */
import { DiagramError } from './diagram-error.js'
import { bytesAsText, decodedWords, splitHeaders, textParts } from './mime.js'
import { findDiagrams } from './read.js'
import type { Diagram, SkippedLine } from './types.js'

export interface MailMessage {
  /** 0-based. */
  readonly index: number
  readonly from: string
  readonly date: string
  readonly subject: string
  readonly messageId: string
  /** Diagrams that no earlier message of the file shows. */
  readonly diagrams: readonly MailDiagram[]
  /** How many diagrams were left out because they quote, wholly or in part, one that is shown before. */
  readonly repeated: number
  readonly rejected: readonly SkippedLine[]
}

export interface MailDiagram {
  /** Line numbers are those of the decoded text that it was found in, which is its `text`. */
  readonly diagram: Diagram
  readonly isQuoted: boolean
}

/**
 * Reads a file with mails. Give it bytes if you can: what is not UTF-8 is then decoded as the mail says. A text without any
 * header of a mail is one message.
 */
export function readMails(file: Uint8Array | string): readonly MailMessage[] {
  const text = typeof file === 'string' ? file : bytesAsText(file)
  if (/^[^\n]{0,2000}\u0000/.test(text))
    throw new DiagramError({ message: 'this is no mail: it has NUL characters', line: 1, hint: 'save the thread as mbox or as plain text' })
  const seen: string[][] = []
  return messagesOf(text).map((raw, index) => readMessage(raw, index, seen))
}

function readMessage(raw: string, index: number, seen: string[][]): MailMessage {
  const { headers } = splitHeaders(raw)
  const diagrams: MailDiagram[] = []
  const rejected: SkippedLine[] = []
  let repeated = 0
  for (const part of textParts(raw)) {
    const reading = readPart(part.text, rejected)
    for (const diagram of reading) {
      const isQuoted = (diagram.text.split('\n')[diagram.firstLine - 1] ?? '').startsWith('>')
      const rows = rowsOf(diagram)
      if (seen.some((earlier) => isWithin(rows, earlier, isQuoted))) {
        repeated++
        continue
      }
      seen.push(rows)
      diagrams.push({ diagram, isQuoted })
    }
  }
  const from = headers.get('from')
  return {
    index,
    from: decodedWords(from).replace(/ @ .*$/, ''),
    date: headers.get('date') || (/ @ (\S+ +\S+)/.exec(from)?.[1] ?? ''),
    subject: decodedWords(headers.get('subject')),
    messageId: headers.get('message-id'),
    diagrams,
    repeated,
    rejected,
  }
}

/** A part that is no text, or is too long, does not keep the other parts from being read. */
function readPart(text: string, rejected: SkippedLine[]): readonly Diagram[] {
  try {
    const reading = findDiagrams(text)
    rejected.push(...reading.rejected)
    return reading.diagrams
  } catch (error) {
    if (!(error instanceof DiagramError)) throw error
    rejected.push({ line: error.line ?? 1, text: '', reason: error.message })
    return []
  }
}

/** Messages of an mbox (`From somebody date` above each), of the page of a thread (`From: somebody @ date`), or the one there is. */
function messagesOf(text: string): readonly string[] {
  const mbox = starts(text, /^From \S+ .*\d{4}\r?$/)
  if (mbox.length > 0 && text.slice(0, mbox[0]).trim() === '') {
    return pieces(text, mbox).map((raw) => raw.slice(raw.indexOf('\n') + 1).replace(/^>(>*From )/gm, '$1'))
  }
  const page = starts(text, /^From: .* @ \d{4}-\d\d-\d\d .*\(permalink/)
  return page.length > 1 ? pieces(text, page) : [text]
}

/** Offsets of the lines that match and have an empty line, or nothing, above. */
function starts(text: string, pattern: RegExp): readonly number[] {
  const found: number[] = []
  let offset = 0
  let isAfterBlank = true
  const isPage = pattern.source.includes('permalink')
  for (const line of text.split('\n')) {
    if ((isAfterBlank || isPage) && line.startsWith('From') && line.length < 300 && pattern.test(line)) found.push(offset)
    isAfterBlank = line.trim() === ''
    offset += line.length + 1
  }
  return found
}

function pieces(text: string, offsets: readonly number[]): readonly string[] {
  return offsets.map((offset, index) => text.slice(offset, offsets[index + 1] ?? text.length))
}

function rowsOf(diagram: Diagram): string[] {
  return diagram.rows.flatMap((row) => row.cells.map((cell) => `${diagram.columns[cell.column ?? -1]?.header ?? '*'}: ${cell.text}`))
}

/** The same diagram; or, if quoted, one of which a part was left out at the ends. */
function isWithin(rows: readonly string[], earlier: readonly string[], isQuoted: boolean): boolean {
  if (!isQuoted) return rows.length === earlier.length && rows.every((row, at) => row === earlier[at])
  for (let from = 0; from + rows.length <= earlier.length; from++) {
    if (rows.every((row, at) => row === earlier[from + at])) return true
  }
  return false
}
