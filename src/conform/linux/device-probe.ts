import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { PAGE_BYTES } from '../geometry.js'
import { Actor, type ActorCode } from './actor.js'
import { Hands } from './hands.js'
import type { Libc } from './libc.js'
import { O } from './numbers.js'

const PATIENCE_MS = 500

/** Reads a block of a file of its own past the cache: the way of a request to the device and back, and nothing else. */
export class DeviceProbe {
  readonly #actor: Actor
  readonly #hands: Hands
  readonly #fd: number
  #reading: Promise<unknown> | null = null

  constructor(
    private readonly libc: Libc,
    code: ActorCode,
    folder: string,
  ) {
    this.#hands = new Hands(libc)
    this.#fd = libc.open(path.join(folder, 'probe'), O.RDWR | O.CREAT | O.TRUNC | O.DIRECT)
    libc.must('pwrite64', this.#fd, this.#hands.heap, PAGE_BYTES, 0)
    libc.must('fsync', this.#fd)
    this.#actor = new Actor(code, 'shared')
  }

  /** Until the block is there; but no longer than anybody should have to wait for one. */
  async read(): Promise<void> {
    this.#reading ??= this.#actor.call('pread64', this.#fd, this.#hands.heap, PAGE_BYTES, 0).then(() => {
      this.#reading = null
    })
    const late = new AbortController()
    await Promise.race([this.#reading, sleep(PATIENCE_MS, undefined, { signal: late.signal }).catch(() => undefined)])
    late.abort()
  }

  close(): void {
    this.#actor.stop()
    this.#hands.close()
    this.libc.call('close', this.#fd)
  }
}
