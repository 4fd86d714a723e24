import type { Libc } from './libc.js'
import { O } from './numbers.js'

/**
 * Loads and stores that can fail. The kernel copies between the address and a pipe: a real page fault, real accessed and
 * dirty bits, but -EFAULT where a load or store of the process's own would be killed by SIGBUS or SIGSEGV.
 */
export class UserAccess {
  readonly #libc: Libc
  readonly #from: number
  readonly #to: number

  constructor(libc: Libc) {
    this.#libc = libc
    const { from, to } = openPipe(libc)
    this.#from = from
    this.#to = to
  }

  /**
   * A load: the address is the source of a write.
   * @param write the write, by whoever's memory it is; at most a page, that does not cross one
   * @returns the bytes, or null if the load faults
   */
  load(address: number, length: number, write = this.#writeHere): Uint8Array | null {
    const written = write(this.#to, address, length)
    if (written <= 0) return null
    this.#libc.must('read', this.#from, this.#libc.scratch, written)
    return written < length ? null : this.#libc.scratchView.slice(0, length)
  }

  /** A store: the address is the target of a read. @returns false if it faults */
  store(address: number, length: number, value: number, read = this.#readHere): boolean {
    this.#libc.scratchView.fill(value, 0, length)
    this.#libc.must('write', this.#to, this.#libc.scratch, length)
    const stored = read(this.#from, address, length)
    const left = length - Math.max(stored, 0)
    if (left > 0) this.#libc.must('read', this.#from, this.#libc.scratch, left)
    return stored === length
  }

  close(): void {
    this.#libc.call('close', this.#from)
    this.#libc.call('close', this.#to)
  }

  readonly #writeHere = (fd: number, address: number, length: number): number => this.#libc.call('write', fd, address, length)
  readonly #readHere = (fd: number, address: number, length: number): number => this.#libc.call('read', fd, address, length)
}

export function openPipe(libc: Libc): { from: number; to: number } {
  libc.must('pipe2', libc.scratch, O.CLOEXEC)
  const numbers = new DataView(libc.scratchView.buffer, libc.scratchView.byteOffset)
  return { from: numbers.getInt32(0, true), to: numbers.getInt32(4, true) }
}
