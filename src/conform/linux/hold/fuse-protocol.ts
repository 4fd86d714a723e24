/** As much of the kernel's FUSE protocol (7.31) as one file of fixed size needs. Source: include/uapi/linux/fuse.h, v6.18. */

export const OPCODE = {
  lookup: 1,
  forget: 2,
  getattr: 3,
  setattr: 4,
  open: 14,
  read: 15,
  write: 16,
  statfs: 17,
  release: 18,
  fsync: 20,
  flush: 25,
  init: 26,
  opendir: 27,
  readdir: 28,
  releasedir: 29,
  access: 34,
  interrupt: 36,
  destroy: 38,
  batchForget: 42,
  fallocate: 43,
  readdirplus: 44,
} as const

export const FILE_NAME = 'disk'
export const IO_BYTES_MAX = 131_072

const ROOT = 1
const FILE = 2
const ENTRY_SECONDS = 3600n
const HEADER_IN = 40
const HEADER_OUT = 16

export interface Request {
  readonly opcode: number
  readonly unique: bigint
  readonly node: number
  readonly body: Buffer
}

export function readRequest(bytes: Buffer): Request {
  return {
    opcode: bytes.readUInt32LE(4),
    unique: bytes.readBigUInt64LE(8),
    node: Number(bytes.readBigUInt64LE(16)),
    body: bytes.subarray(HEADER_IN),
  }
}

/** @param error a positive error number, or 0 */
export function replyHeader(unique: bigint, error: number, bodyLength: number): Buffer {
  const header = Buffer.alloc(HEADER_OUT)
  header.writeUInt32LE(HEADER_OUT + bodyLength, 0)
  header.writeInt32LE(-error, 4)
  header.writeBigUInt64LE(unique, 8)
  return header
}

/** Offset and length of a read or a write. */
export function ioRange(body: Buffer): { readonly offset: number; readonly length: number } {
  return { offset: Number(body.readBigUInt64LE(8)), length: body.readUInt32LE(16) }
}

export function writtenData(body: Buffer): Buffer {
  const { length } = ioRange(body)
  return Buffer.from(body.subarray(40, 40 + length))
}

export function writeReply(length: number): Buffer {
  const body = Buffer.alloc(8)
  body.writeUInt32LE(length, 0)
  return body
}

/** Of fallocate, which a loop device sends for discarded blocks. */
export function allocateRange(body: Buffer): { readonly offset: number; readonly length: number } {
  return { offset: Number(body.readBigUInt64LE(8)), length: Number(body.readBigUInt64LE(16)) }
}

/** Direct I/O is asynchronous: else one request that is held would stop the whole loop device. */
export function initReply(): Buffer {
  const ASYNC_READ = 1
  const BIG_WRITES = 1 << 5
  const ASYNC_DIO = 1 << 15
  const MAX_PAGES = 1 << 22
  const body = Buffer.alloc(64)
  body.writeUInt32LE(7, 0)
  body.writeUInt32LE(31, 4)
  body.writeUInt32LE(IO_BYTES_MAX, 8)
  body.writeUInt32LE(ASYNC_READ | BIG_WRITES | ASYNC_DIO | MAX_PAGES, 12)
  body.writeUInt16LE(64, 16) // requests at the same time
  body.writeUInt16LE(48, 18)
  body.writeUInt32LE(IO_BYTES_MAX, 20)
  body.writeUInt32LE(1, 24)
  body.writeUInt16LE(IO_BYTES_MAX / 4096, 28)
  return body
}

/** null: there is no such file. */
export function lookupReply(body: Buffer, size: number): Buffer | null {
  if (body.toString('latin1', 0, body.indexOf(0)) !== FILE_NAME) return null
  const entry = Buffer.alloc(40)
  entry.writeBigUInt64LE(BigInt(FILE), 0)
  entry.writeBigUInt64LE(ENTRY_SECONDS, 16)
  entry.writeBigUInt64LE(ENTRY_SECONDS, 24)
  return Buffer.concat([entry, attributes(FILE, size)])
}

export function attributesReply(node: number, size: number): Buffer {
  const valid = Buffer.alloc(16)
  valid.writeBigUInt64LE(ENTRY_SECONDS, 0)
  return Buffer.concat([valid, attributes(node, size)])
}

/** The file goes past the page cache. */
export function openReply(): Buffer {
  const FOPEN_DIRECT_IO = 1
  const body = Buffer.alloc(16)
  body.writeUInt32LE(FOPEN_DIRECT_IO, 8)
  return body
}

export function statfsReply(): Buffer {
  const body = Buffer.alloc(80)
  body.writeUInt32LE(4096, 40)
  body.writeUInt32LE(255, 44)
  return body
}

function attributes(node: number, size: number): Buffer {
  const bytes = node === ROOT ? 4096 : size
  const body = Buffer.alloc(88)
  body.writeBigUInt64LE(BigInt(node), 0)
  body.writeBigUInt64LE(BigInt(bytes), 8)
  body.writeBigUInt64LE(BigInt(Math.ceil(bytes / 512)), 16)
  body.writeUInt32LE(node === ROOT ? 0o40755 : 0o100644, 60)
  body.writeUInt32LE(1, 64)
  body.writeUInt32LE(4096, 80)
  return body
}
