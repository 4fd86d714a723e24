/** As much of MIME as it takes to get at the text of a mail: multiparts, quoted-printable, base64, UTF-8, format=flowed. */

export interface Headers {
  /** The value of a header, unfolded; empty if there is none. */
  readonly get: (name: string) => string
}

export interface TextPart {
  readonly text: string
  /** True if it is HTML with its tags removed. */
  readonly isHtml: boolean
}

/** The longest line a mail may have. */
const HEADER_LINE_MAX = 998
const PARTS_MAX = 200
const DEPTH_MAX = 10

/** Splits a mail, or a part of one, into headers and body. A text that begins with no header is all body. */
export function splitHeaders(raw: string): { readonly headers: Headers; readonly body: string } {
  const values = new Map<string, string>()
  let at = 0
  let last = ''
  while (at < raw.length) {
    const newline = raw.indexOf('\n', at)
    const end = newline < 0 ? raw.length : newline
    const line = raw.slice(at, end).replace(/\r$/, '')
    const match = /^([A-Za-z][\w-]*):[ \t]?(.*)$/.exec(line)
    if (line === '') break
    if (match === null && !(last !== '' && /^[ \t]/.test(line))) {
      if (values.size === 0) return { headers: headersOf(values), body: raw }
      break
    }
    if (match !== null) {
      last = (match[1] ?? '').toLowerCase()
      values.set(last, values.get(last) ?? match[2] ?? '')
    } else {
      values.set(last, `${values.get(last) ?? ''} ${line.trim()}`)
    }
    at = end + 1
  }
  // A thread whose line breaks were lost begins like a header and never ends.
  if (at >= raw.length && raw.length > HEADER_LINE_MAX && !raw.includes('\n')) return { headers: headersOf(new Map()), body: raw }
  return { headers: headersOf(values), body: raw.slice(Math.min(raw.length, at)).replace(/^\r?\n/, '') }
}

/** All texts of a mail, in order; of alternatives the plain one. */
export function textParts(raw: string): readonly TextPart[] {
  const found: TextPart[] = []
  const open: { readonly raw: string; readonly depth: number; readonly isRoot: boolean }[] = [{ raw, depth: 0, isRoot: true }]
  for (let count = 0; open.length > 0 && count < PARTS_MAX; count++) {
    const part = open.pop()
    if (part === undefined) break
    const { headers, body } = part.isRoot || /^\s*[\w-]+:/.test(part.raw) ? splitHeaders(part.raw) : { headers: headersOf(new Map()), body: part.raw }
    const type = headers.get('content-type')
    const kind = /^\s*([\w-]+)\/([\w.+-]+)/.exec(type)
    const [, main = 'text', sub = 'plain'] = kind ?? []
    const boundary = parameter(type, 'boundary')
    if (main.toLowerCase() === 'multipart' && boundary !== '' && part.depth < DEPTH_MAX) {
      const inner = split(body, boundary)
      const plain = inner.filter((one) => /content-type:\s*text\/plain/i.test(one.slice(0, 2000)))
      const chosen = sub.toLowerCase() === 'alternative' && plain.length > 0 ? plain : inner
      for (const one of [...chosen].reverse()) open.push({ raw: one, depth: part.depth + 1, isRoot: false })
    } else if (main.toLowerCase() === 'message' && part.depth < DEPTH_MAX) {
      open.push({ raw: body, depth: part.depth + 1, isRoot: true })
    } else if (main.toLowerCase() === 'text') {
      const decoded = decoded8(decodeTransfer(body, headers.get('content-transfer-encoding')), parameter(type, 'charset'))
      const isHtml = sub.toLowerCase() === 'html'
      const text = isHtml
        ? withoutTags(decoded)
        : parameter(type, 'format').toLowerCase() === 'flowed'
          ? unflowed(decoded, parameter(type, 'delsp').toLowerCase() === 'yes')
          : decoded
      found.push({ text: text.replace(/\r\n/g, '\n'), isHtml })
    }
  }
  return found
}

/** `=?utf-8?q?Re:_race?=` in a header. */
export function decodedWords(value: string): string {
  return value.replace(/=\?([\w-]+)(?:\*\w+)?\?([bq])\?([^?]*)\?=(?:\s+(?==\?))?/gi, (_, charset: string, how: string, text: string) => {
    const bytes = how.toLowerCase() === 'b' ? fromBase64(text) : fromQuoted(text.replace(/_/g, ' '))
    return decoded8(bytes, charset)
  })
}

/** Bytes as characters of the same number. */
export function bytesAsText(bytes: Uint8Array): string {
  const pieces: string[] = []
  for (let at = 0; at < bytes.length; at += 8192) pieces.push(String.fromCharCode(...bytes.subarray(at, at + 8192)))
  return pieces.join('')
}

function headersOf(values: ReadonlyMap<string, string>): Headers {
  return { get: (name) => (values.get(name.toLowerCase()) ?? '').trim() }
}

function parameter(header: string, name: string): string {
  const at = header
    .toLowerCase()
    .replace(/\s/g, ' ')
    .search(new RegExp(`[; ]${name} *=`))
  if (at < 0) return ''
  const rest = header.slice(header.indexOf('=', at) + 1).trim()
  const [value = ''] = rest.startsWith('"') ? rest.slice(1).split('"') : rest.split(/[\s;]/)
  return value
}

function split(body: string, boundary: string): readonly string[] {
  const pieces = `\n${body}`.split(`\n--${boundary}`)
  const parts: string[] = []
  for (const piece of pieces.slice(1)) {
    if (piece.startsWith('--')) break
    parts.push(piece.slice(piece.indexOf('\n') + 1))
  }
  return parts
}

function decodeTransfer(body: string, encoding: string): string {
  switch (encoding.toLowerCase()) {
    case 'quoted-printable':
      return fromQuoted(body)
    case 'base64':
      return fromBase64(body)
    default:
      return body
  }
}

function fromQuoted(text: string): string {
  return text
    .replace(/[ \t]+(?=\r?\n)/g, '')
    .replace(/=\r?\n/g, '')
    .replace(/=([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)))
}

const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

function fromBase64(text: string): string {
  const values = new Map(BASE64.split('').map((letter, value) => [letter, value]))
  const pieces: string[] = []
  let bits = 0
  let count = 0
  for (const letter of text) {
    const value = values.get(letter)
    if (value === undefined) continue
    bits = ((bits << 6) | value) & 0xffffff
    count += 6
    if (count >= 8) {
      count -= 8
      pieces.push(String.fromCharCode((bits >> count) & 0xff))
    }
  }
  return pieces.join('')
}

/** Bytes as text: UTF-8 if they are that, else one character each. Text that has been decoded before stays as it is. */
function decoded8(bytes: string, charset: string): string {
  if (!/[\u0080-\u00ff]/.test(bytes) || /[^\u0000-\u00ff]/.test(bytes)) return bytes
  if (/^(iso-8859|windows-125|latin)/i.test(charset)) return bytes
  return fromUtf8(bytes) ?? bytes
}

function fromUtf8(bytes: string): string | null {
  const pieces: string[] = []
  for (let at = 0; at < bytes.length; at++) {
    const first = bytes.charCodeAt(at)
    const more = first < 0x80 ? 0 : first >= 0xf0 ? 3 : first >= 0xe0 ? 2 : first >= 0xc0 ? 1 : -1
    if (more < 0 || first > 0xf7) return null
    let code = more === 0 ? first : first & (0x3f >> more)
    for (let next = 0; next < more; next++) {
      const byte = bytes.charCodeAt(++at)
      if ((byte & 0xc0) !== 0x80) return null
      code = (code << 6) | (byte & 0x3f)
    }
    if (code > 0x10ffff) return null
    pieces.push(String.fromCodePoint(code))
  }
  return pieces.join('')
}

/** Puts lines together that end in a blank (RFC 3676). */
function unflowed(text: string, isBlankDeleted: boolean): string {
  const lines: { quoted: string; text: string; isSoft: boolean }[] = []
  for (const raw of text.split(/\r?\n/)) {
    const quoted = /^>*/.exec(raw)?.[0] ?? ''
    const body = raw.slice(quoted.length).replace(/^ /, '')
    const last = lines.at(-1)
    const isSoft = body.endsWith(' ') && body.trimEnd() !== '--'
    const own = isSoft && isBlankDeleted ? body.slice(0, -1) : body
    if (last?.isSoft === true && last.quoted === quoted) {
      last.text += own
      last.isSoft = isSoft
    } else {
      lines.push({ quoted, text: own, isSoft })
    }
  }
  return lines.map((line) => (line.quoted === '' ? line.text : `${line.quoted} ${line.text}`)).join('\n')
}

function withoutTags(html: string): string {
  const entities: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', nbsp: ' ', '#39': "'" }
  return html
    .replace(/<(?:br|\/p|\/div|\/tr|\/li)\b[^<>]{0,200}>/gi, '\n')
    .replace(/<[/!a-z][^<>]{0,2000}>/gi, '')
    .replace(/&(#?\w{2,6});/g, (all: string, name: string) => entities[name.toLowerCase()] ?? all)
}
