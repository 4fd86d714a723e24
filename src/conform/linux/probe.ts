import { accessSync, closeSync, constants, openSync, statfsSync } from 'node:fs'
import { arch, platform } from 'node:os'
import path from 'node:path'
import type { FileSystemName } from '../record.js'
import { Actor, ActorCode } from './actor.js'
import { Hands } from './hands.js'
import { heldGround } from './held-ground.js'
import { mountImage } from './image.js'
import { O } from './numbers.js'
import { cacheLetters, PageTables } from './observe.js'
import type { Session } from './session.js'

/**
 * T0: what calls return, without privileges. T1: the whole state after each step, as root, on a file system of our own.
 * T2: interleavings, with a device whose requests are held.
 */
export const TIERS = ['T0', 'T1', 'T2'] as const
export type TierName = (typeof TIERS)[number]

const MAGIC: Record<number, FileSystemName> = { 0xef53: 'ext4', 0x58465342: 'xfs' }

/** Why nothing at all can run on this machine; null if something can. */
export function unsupported(): string | null {
  if (platform() !== 'linux') return `this is ${platform()}, and only Linux can be asked what Linux does`
  return arch() === 'x64' ? null : `the system calls are made in the ABI of x86-64, and this machine is ${arch()}`
}

/** The file system that a folder is on; null: none that the model has. */
export function fileSystemOf(folder: string): FileSystemName | null {
  return MAGIC[statfsSync(folder).type] ?? null
}

/**
 * Tries for real whether a tier can run here, and undoes what it did.
 * @returns why it can not, in words; null if it can
 */
export async function whyNot(session: Session, tier: TierName, fs: FileSystemName, daemonScript: URL): Promise<string | null> {
  try {
    if (tier === 'T0') return whyNoCalls(session, fs)
    seeEverything(session)
    if (tier === 'T1') await session.undo.scope((undo) => Promise.resolve(mountImage(fs, session.folder, undo)))
    else await holdSomething(session, fs, daemonScript)
    return null
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

function whyNoCalls({ libc, folder }: Session, fs: FileSystemName): string | null {
  const here = fileSystemOf(folder)
  if (here !== fs) return `${folder} is on ${here ?? 'another file system'}`
  libc.must('close', libc.open(path.join(folder, 'direct'), O.RDWR | O.CREAT | O.DIRECT))
  return null
}

/** @throws Error if page flags, page tables or the page cache can not be seen */
function seeEverything({ libc, folder }: Session): void {
  if (process.getuid?.() !== 0) throw new Error('needs root, to mount a file system and to see the state of pages')
  accessSync('/proc/sys/vm/drop_caches', constants.W_OK)
  const fd = libc.open(path.join(folder, 'seen'), O.RDWR | O.CREAT)
  cacheLetters(libc, fd, 1)
  libc.call('close', fd)
  const tables = new PageTables()
  const hands = new Hands(libc)
  try {
    if (tables.entries(hands.heap, 1)[0]?.pfn === 0) throw new Error('/proc/self/pagemap does not show page frames')
  } finally {
    hands.close()
    tables.close()
  }
}

async function holdSomething({ libc, folder, undo }: Session, fs: FileSystemName, daemonScript: URL): Promise<void> {
  closeSync(openSync('/dev/fuse', 'r+'))
  const code = new ActorCode(libc)
  try {
    const actor = new Actor(code, 'shared')
    const stack = actor.stack()
    actor.stop()
    if (stack.length === 0) throw new Error('/proc/PID/stack does not show what a task waits for')
  } finally {
    code.free()
  }
  await undo.scope((inner) => heldGround(fs, folder, daemonScript, inner))
}
