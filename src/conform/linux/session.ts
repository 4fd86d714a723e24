import { loadLibc, type Libc } from './libc.js'
import { lockMachine } from './machine-lock.js'
import { Undo } from './undo.js'
import { workFolder } from './work-folder.js'

export interface SessionHost {
  /** Calls `handler` when the user wants to stop. @returns a function that stops listening */
  onInterrupt(handler: () => void): () => void
  /** Says something to the user that is no result. */
  say(text: string): void
}

/** The time in which this process has the machine to itself. */
export interface Session {
  readonly libc: Libc
  /** Everything here is undone when the session ends. */
  readonly undo: Undo
  /** For images and mount points. */
  readonly folder: string
  /** The user wants to stop: end soon, with what is known so far. */
  stopping(): boolean
}

/**
 * Does some work on the real kernel, and leaves no mount, device, daemon or file behind, however it ends.
 * @throws Interrupted if the user stops it while another run has the machine
 * @throws Error if there is no foreign function library for this machine
 */
export async function inSession<T>(host: SessionHost, work: (session: Session) => Promise<T>): Promise<T> {
  const undo = new Undo()
  let stopping = false
  const stop = (): void => {
    stopping = true
  }
  const ignore = host.onInterrupt(stop)
  process.on('SIGTERM', stop)
  try {
    const libc = await loadLibc()
    await lockMachine(libc, undo, () => host.say('Another run has this machine: waiting for it to end.'), () => stopping)
    return await work({ libc, undo, folder: workFolder(undo), stopping: () => stopping })
  } finally {
    ignore()
    process.off('SIGTERM', stop)
    for (const failed of undo.run()) host.say(`Could not be undone: ${failed}`)
  }
}
