/** A text as lines without quote marks, comment frames and tabs, each of which still knows where it stood. */
import { DiagramError } from './diagram-error.js'
import { blockActor, headerAt } from './headers.js'
import { CONTROL_PERCENT_MAX, LINES_MAX, TEXT_MAX } from './limits.js'
import type { Span } from './types.js'

export type TabSize = 8 | 4

/** One line. Positions in `text` are character cells from the left, the first is 0. */
export interface Line {
  /** 1-based. */
  readonly number: number
  /** Offset of its first character in the text, and the line as it is there. */
  readonly offset: number
  readonly raw: string
  /** How many characters of `raw` are quote marks. */
  readonly margin: number
  /** How often it is quoted. */
  readonly quoted: number
  /** Characters from the margin on that are a comment frame (` * `) and count as blanks. */
  readonly frame: number
  /** Without frame, tabs expanded, without trailing blanks. */
  readonly text: string
  /** Positions in `text` that follow a tab. */
  readonly afterTab: ReadonlySet<number>
}

/** Lines in a row that are quoted equally often and are all, or none of them, in a comment frame. */
export type Stretch = readonly Line[]

const FRAME_MIN = 3
const NO_TABS: ReadonlySet<number> = new Set()

/** Characters drawn as lines and trees, and blanks that are not the blank. */
const PLAIN: Readonly<Record<string, string>> = {
  '\u00a0': ' ',
  '\u2007': ' ',
  '\u202f': ' ',
  '\u3000': ' ',
  '│': '|',
  '┃': '|',
  '║': '|',
  '¦': '|',
  '├': '|',
  '┣': '|',
  '┤': '|',
  '└': '`',
  '┗': '`',
  '╰': '`',
  '─': '-',
  '━': '-',
  '═': '=',
  '–': '-',
  '—': '-',
  '┼': '+',
  '┬': '+',
  '┴': '+',
  '\u2011': '-',
  '\u2010': '-',
  '•': '-',
  '‘': "'",
  '’': "'",
  '“': '"',
  '”': '"',
}

/** Splits a text. Throws if it is too large, or is no text. */
export function linesOf(text: string): readonly Line[] {
  if (text.length > TEXT_MAX) {
    throw new DiagramError({
      message: `the text has ${text.length} characters, and ${TEXT_MAX} are the most`,
      line: null,
      hint: 'cut out the diagram and a few lines around it',
    })
  }
  if (text.length > LINES_MAX && countLines(text) > LINES_MAX) {
    throw new DiagramError({
      message: `the text has more than ${LINES_MAX} lines`,
      line: LINES_MAX,
      hint: 'cut out the diagram and a few lines around it',
    })
  }
  const lines: Line[] = []
  let controls = 0
  let firstControl = 0
  let offset = 0
  while (offset <= text.length) {
    const newline = text.indexOf('\n', offset)
    const end = newline < 0 ? text.length : newline
    const raw = text.slice(offset, end > offset && text[end - 1] === '\r' ? end - 1 : end)
    const found = countControls(raw)
    if (found > 0 && firstControl === 0) firstControl = lines.length + 1
    controls += found
    const { margin, quoted } = quoteMarks(raw)
    const expanded = expand(raw, margin, 0, 8)
    lines.push({ number: lines.length + 1, offset, raw, margin, quoted, frame: 0, ...expanded })
    if (newline < 0) break
    offset = newline + 1
  }
  if (controls * 100 > text.length * CONTROL_PERCENT_MAX) {
    throw new DiagramError({
      message: `this is no text: ${controls} of ${text.length} characters are control characters, the first in line ${firstControl}`,
      line: firstControl,
      hint: 'save the diagram as plain text (UTF-8), without terminal colours',
    })
  }
  return lines
}

function countLines(text: string): number {
  let count = 1
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) count++
  return count
}

/** The same lines with tab stops of another width. */
export function withTabs(lines: readonly Line[], size: TabSize): readonly Line[] {
  return lines.map((line) => (line.raw.includes('\t') ? { ...line, ...expand(line.raw, line.margin, line.frame, size) } : line))
}

/** Groups the lines, and takes off comment frames. */
export function stretchesOf(lines: readonly Line[]): readonly Stretch[] {
  const stretches: Line[][] = []
  for (const line of unframed(lines)) {
    const stretch = stretches.at(-1)
    const last = stretch?.at(-1)
    if (stretch !== undefined && line.quoted === last?.quoted && line.frame > 0 === last.frame > 0) stretch.push(line)
    else stretches.push([line])
  }
  return stretches
}

/** The part of a line from one position to another. */
export function spanOf(line: Line, start: number, end: number, size: TabSize): Span {
  return { line: line.number, start: line.offset + rawIndex(line, start, size), end: line.offset + rawIndex(line, end - 1, size) + 1 }
}

/** Where in `raw` a position of `text` comes from. */
function rawIndex(line: Line, position: number, size: TabSize): number {
  let at = 0
  for (let index = line.margin; index < line.raw.length; index++) {
    at += widthOf(line.raw[index] ?? '', at, size)
    if (at > position) return index
  }
  return line.raw.length
}

function expand(raw: string, margin: number, frame: number, size: TabSize): Pick<Line, 'text' | 'afterTab'> {
  if (frame === 0 && isPlain(raw)) return { text: raw.slice(margin).trimEnd(), afterTab: NO_TABS }
  let text = ''
  let tabs: Set<number> | null = null
  for (let index = margin; index < raw.length; index++) {
    const character = raw[index] ?? ''
    const width = widthOf(character, text.length, size)
    if (character === '\t') {
      text += ' '.repeat(width)
      tabs ??= new Set()
      tabs.add(text.length)
    } else if (width > 0) {
      text += index < margin + frame || isControl(character) ? ' ' : (PLAIN[character] ?? character)
    }
  }
  return { text: text.trimEnd(), afterTab: tabs ?? NO_TABS }
}

/** ASCII without tabs, as most lines are. */
function isPlain(raw: string): boolean {
  return /^[ -~]*$/.test(raw)
}

function widthOf(character: string, at: number, size: TabSize): number {
  if (character === '\t') return size - (at % size)
  return character === '\u200b' || character === '\ufeff' || character === '\u00ad' ? 0 : 1
}

function isControl(character: string): boolean {
  return character < ' ' || character === '\u007f' || character === '\ufffd'
}

function countControls(raw: string): number {
  let count = 0
  if (isPlain(raw)) return 0
  for (let index = 0; index < raw.length; index++) {
    const character = raw[index] ?? ''
    if (character !== '\t' && isControl(character)) count++
  }
  return count
}

/** `> > ` in front of a line; not the arrows of `>> IO error <<`. A plus in front of a framed line is a patch's. */
function quoteMarks(raw: string): { readonly margin: number; readonly quoted: number } {
  let margin = 0
  let quoted = 0
  while (raw[margin] === '>') {
    if (raw[margin + 1] === '>' && raw.trimEnd().endsWith('<<')) break
    margin++
    quoted++
    if (raw[margin] === ' ') margin++
  }
  if (raw[margin] === '+' && /^\+[ \t]*(\/?\*|$)/.test(raw.slice(margin, margin + 80))) margin++
  return { margin, quoted }
}

/** Blanks out ` * `, `// ` or `# ` where it stands in front of several lines in a row. */
function unframed(lines: readonly Line[]): readonly Line[] {
  const result: Line[] = []
  let from = 0
  while (from < lines.length) {
    const kind = frameOf(lines[from])
    let to = from + 1
    while (kind !== null && to < lines.length && lines[to]?.quoted === lines[from]?.quoted && sameFrame(kind, lines[to])) to++
    const bare = kind !== null && to - from >= FRAME_MIN ? lines.slice(from, to).map(blankOut) : []
    result.push(...(hasHeader(bare) ? bare : lines.slice(from, to)))
    from = to
  }
  return result
}

type Frame = 'star' | 'slashes' | 'hash'

function frameOf(line: Line | undefined): Frame | null {
  const text = line?.text.trimStart() ?? ''
  if (/^(\/\*+|\*+\/?)(?=\s|$)/.test(text) && !/\*\/./.test(text) && !/^\/\*.*\*\/$/.test(text)) return 'star'
  if (/^\/\/(?=\s|$)/.test(text) && text.length === (line?.text.length ?? 0)) return 'slashes'
  return /^#(?=\s|$)/.test(line?.text ?? '') ? 'hash' : null
}

function sameFrame(kind: Frame, line: Line | undefined): boolean {
  return frameOf(line) === kind && !(kind === 'star' && line?.text.trimStart().startsWith('/*') === true)
}

/** A comment inside a diagram is no frame around one. */
function hasHeader(lines: readonly Line[]): boolean {
  return lines.some((line, at) => headerAt(lines, at) !== null || blockActor(line.text.trim()) !== null)
}

function blankOut(line: Line): Line {
  const rest = line.raw.slice(line.margin)
  const mark = rest.length - rest.trimStart().length
  const frame = mark + (/^(\/\*+|\*+\/?|\/\/|#)/.exec(rest.trimStart())?.[0].length ?? 0)
  return { ...line, frame, ...expand(line.raw, line.margin, frame, 8) }
}
