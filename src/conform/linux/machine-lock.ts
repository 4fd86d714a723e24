import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Libc } from './libc.js'
import { EAGAIN, LOCK, O } from './numbers.js'
import type { Undo } from './undo.js'

const AGAIN_MS = 200

/** The user wanted to stop. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted'
}

/**
 * One run at a time on a machine: dropping the caches, as some sequences do, drops everybody's. The kernel lets go of the
 * lock when the process ends, however it does.
 * @param waiting called once if another run has it
 * @throws Interrupted if the user does not want to wait any longer
 */
export async function lockMachine(libc: Libc, undo: Undo, waiting: () => void, stopping: () => boolean): Promise<void> {
  const file = path.join(tmpdir(), 'heddle-conform.lock')
  // In a folder that everybody may write to, the kernel refuses O_CREAT for a file that somebody else made.
  const fd = libc.open(file, existsSync(file) ? O.RDONLY : O.RDONLY | O.CREAT)
  undo.add(() => void libc.call('close', fd))
  for (let tries = 0; ; tries++) {
    const result = libc.call('flock', fd, LOCK.EX | LOCK.NB)
    if (result === 0) return
    if (result !== EAGAIN) throw new Error(`flock: ${result}`)
    if (tries === 0) waiting()
    if (stopping()) throw new Interrupted('stopped before it began')
    await sleep(AGAIN_MS)
  }
}
