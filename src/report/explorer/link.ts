/** The explorer's URL fragment: what is looked at, and where. `page=race&race=…&schedule=h1:…&cursor=12`. */
import { Inflate, deflateSync, strFromU8, strToU8 } from 'fflate'
import { ProgramError } from '../../engine/errors.js'
import { readSchedule } from '../../engine/schedule.js'
import { fromBase64, toBase64 } from './base64.js'

const PAGES = ['races', 'race', 'diagram', 'program'] as const
const FILE_SYSTEMS = ['ext4', 'xfs'] as const
const MEMORIES = ['sc', 'weak'] as const

export interface View {
  readonly page: (typeof PAGES)[number]
  /** Name of the race, and of its program. */
  readonly race?: string
  readonly program?: string
  readonly kernel?: string
  readonly fixes?: readonly string[]
  readonly fs?: (typeof FILE_SYSTEMS)[number]
  readonly memory?: (typeof MEMORIES)[number]
  /** `h1:…` */
  readonly schedule?: string
  /** How many steps have been taken, choices counted. */
  readonly cursor?: number
  /** A diagram, or the source of a program of the user's own; compressed in the link. */
  readonly text?: string
  /** What of the trace view is open: names the user interface chooses. */
  readonly show?: readonly string[]
}

/** The link can not be opened; the message says why, to whoever opened it. */
export class LinkError extends Error {
  override readonly name = 'LinkError'
}

/** Longest text in a link, in bytes when it is unpacked: more is no program that somebody wrote. */
const TEXT_MAX = 1 << 20
const CURSOR_MAX = 1_000_000

interface Codec<T> {
  write(value: T): string
  /** @throws LinkError without the name of the part */
  read(text: string): T
}

const plain: Codec<string> = {
  write: (value) => escaped(value),
  read: (text) => unescaped(text),
}

const list: Codec<readonly string[]> = {
  write: (values) => values.map(escaped).join(','),
  read: (text) => (text === '' ? [] : text.split(',').map(unescaped)),
}

const oneOf = <T extends string>(allowed: readonly T[]): Codec<T> => ({
  write: (value) => value,
  read(text) {
    const found = allowed.find((value) => value === text)
    if (found === undefined) throw new LinkError(`must be one of ${allowed.join(', ')}, not ${quoted(text)}`)
    return found
  },
})

const schedule: Codec<string> = {
  write: (token) => token,
  read(text) {
    try {
      readSchedule(text)
    } catch (error) {
      if (error instanceof ProgramError) throw new LinkError(error.message)
      throw error
    }
    return text
  },
}

const count: Codec<number> = {
  write: (value) => String(value),
  read(text) {
    if (!/^\d{1,7}$/.test(text) || Number(text) > CURSOR_MAX) throw new LinkError(`must be a number of steps, not ${quoted(text)}`)
    return Number(text)
  },
}

const packed: Codec<string> = {
  write: (text) => toBase64(deflateSync(strToU8(text), { level: 9 })),
  read(text) {
    const bytes = fromBase64(text)
    if (bytes === null) throw new LinkError('has characters in it that no link has: copy the whole link again')
    return unpacked(bytes)
  },
}

type Full = Required<View>

/** The parts of a link. */
const PARTS: { readonly [Name in keyof Full]: Codec<Full[Name]> } = {
  page: oneOf(PAGES),
  race: plain,
  program: plain,
  kernel: plain,
  fixes: list,
  fs: oneOf(FILE_SYSTEMS),
  memory: oneOf(MEMORIES),
  schedule,
  cursor: count,
  show: list,
  text: packed,
}

/** The fragment, without `#`: letters, digits and `-._~%=&:,/` only, so that it survives mails and chats. */
export function encodeLink(view: View): string {
  const part = <T>(name: keyof View, codec: Codec<T>, value: T | undefined): string[] =>
    value === undefined ? [] : [`${name}=${codec.write(value)}`]
  return [
    ...part('page', PARTS.page, view.page),
    ...part('race', PARTS.race, view.race),
    ...part('program', PARTS.program, view.program),
    ...part('kernel', PARTS.kernel, view.kernel),
    ...part('fixes', PARTS.fixes, view.fixes),
    ...part('fs', PARTS.fs, view.fs),
    ...part('memory', PARTS.memory, view.memory),
    ...part('schedule', PARTS.schedule, view.schedule),
    ...part('cursor', PARTS.cursor, view.cursor),
    ...part('show', PARTS.show, view.show),
    ...part('text', PARTS.text, view.text),
  ].join('&')
}

/**
 * The view of a fragment, with or without its `#`; an empty one is the list of races. Whether there is such a race, kernel or fix is
 * not asked here.
 * @throws LinkError
 */
export function decodeLink(fragment: string): View {
  const text = fragment.replace(/^#/, '')
  if (text === '') return { page: 'races' }
  const found: { -readonly [Name in keyof View]?: View[Name] } = {}
  for (const part of text.split('&')) {
    const at = part.indexOf('=')
    const key = at < 0 ? part : part.slice(0, at)
    const name = names().find((known) => known === key)
    if (name === undefined) throw new LinkError(`the link has a part that is not known: ${quoted(key)}`)
    if (at < 0) throw new LinkError(`the link is cut off: its part ${name} has no value`)
    if (name in found) throw new LinkError(`the link has its part ${name} twice`)
    Object.assign(found, { [name]: read(name, part.slice(at + 1)) })
  }
  const { page, ...rest } = found
  if (page === undefined) throw new LinkError('the link does not say which page it is of (page=…)')
  return { page, ...rest }
}

function read(name: keyof View, text: string): unknown {
  try {
    return PARTS[name].read(text)
  } catch (error) {
    if (error instanceof LinkError) throw new LinkError(`the link's part ${name}: ${error.message}`)
    throw error
  }
}

function names(): readonly (keyof View)[] {
  return Object.keys(PARTS) as (keyof View)[]
}

function escaped(text: string): string {
  return encodeURIComponent(text).replace(/%2F/g, '/').replace(/%3A/g, ':').replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)
}

function unescaped(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw new LinkError(`${quoted(text)} can not be read: copy the whole link again`)
  }
}

/** Unpacks piece by piece, so that a small link can not fill memory. */
function unpacked(bytes: Uint8Array): string {
  if (bytes.length === 0) throw new LinkError('is empty: copy the whole link again')
  const chunks: Uint8Array[] = []
  let size = 0
  const inflate = new Inflate((chunk) => {
    size += chunk.length
    if (size > TEXT_MAX) throw new LinkError(`is longer than ${TEXT_MAX} bytes`)
    chunks.push(chunk)
  })
  try {
    for (let at = 0; at < bytes.length; at += PIECE) inflate.push(bytes.subarray(at, at + PIECE), at + PIECE >= bytes.length)
  } catch (error) {
    if (error instanceof LinkError) throw error
    throw new LinkError('can not be unpacked: copy the whole link again')
  }
  const all = new Uint8Array(size)
  let at = 0
  for (const chunk of chunks) {
    all.set(chunk, at)
    at += chunk.length
  }
  return strFromU8(all)
}

const PIECE = 512

function quoted(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text)
}
