import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Libc } from './libc.js'
import { EAGAIN, LOCK, O } from './numbers.js'
import type { Undo } from './undo.js'

const AGAIN_MS = 200

/**
 * One run at a time on a machine: dropping the caches, as some sequences do, drops everybody's. The kernel lets go of the
 * lock when the process ends, however it does.
 * @param waiting called once if another run has it
 */
export async function lockMachine(libc: Libc, undo: Undo, waiting: () => void): Promise<void> {
  const fd = libc.open(path.join(tmpdir(), 'heddle-conform.lock'), O.RDWR | O.CREAT)
  undo.add(() => void libc.call('close', fd))
  for (let tries = 0; ; tries++) {
    const result = libc.call('flock', fd, LOCK.EX | LOCK.NB)
    if (result === 0) return
    if (result !== EAGAIN) throw new Error(`flock: ${result}`)
    if (tries === 0) waiting()
    await sleep(AGAIN_MS)
  }
}
