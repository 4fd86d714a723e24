import path from 'node:path'
import { PAGE_BYTES } from '../geometry.js'
import type { Libc } from './libc.js'
import { FADV, MAP, O, PROT, type SystemCall } from './numbers.js'

/**
 * Pages that were touched a moment ago lie in batches, one for each CPU, where reclaim and invalidation do not find them.
 * fadvise DONTNEED empties all batches when a page would not go; this keeps a file with a page that never goes, for it is mapped.
 */
export class LruDrain {
  /** The call that empties the batches. */
  readonly call: { readonly name: SystemCall; readonly args: readonly number[] }
  readonly #fd: number
  readonly #address: number

  constructor(
    private readonly libc: Libc,
    folder: string,
  ) {
    this.#fd = libc.open(path.join(folder, 'mapped'), O.RDWR | O.CREAT | O.TRUNC)
    libc.must('ftruncate', this.#fd, PAGE_BYTES)
    this.#address = libc.must('mmap', 0, PAGE_BYTES, PROT.READ, MAP.SHARED | MAP.POPULATE, this.#fd, 0)
    this.call = { name: 'fadvise64', args: [this.#fd, 0, 0, FADV.DONTNEED] }
  }

  close(): void {
    this.libc.call('munmap', this.#address, PAGE_BYTES)
    this.libc.call('close', this.#fd)
  }
}
