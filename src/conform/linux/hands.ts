import { PAGE_BYTES } from '../geometry.js'
import type { Libc } from './libc.js'
import { MAP, PROT } from './numbers.js'
import { closePipe, openPipe, type Pipe } from './pipe.js'

const HEAP_PAGES = 17

/** What a task makes its calls with: a buffer that is always there, memory for a small argument, and a pipe. */
export class Hands {
  /** 16 pages. */
  readonly heap: number
  readonly bytes: Uint8Array
  /** A page more, for structures that a call reads or fills. */
  readonly argument: number
  readonly argumentView: DataView
  readonly pipe: Pipe

  constructor(readonly libc: Libc) {
    const flags = MAP.PRIVATE | MAP.ANONYMOUS | MAP.POPULATE
    this.heap = libc.must('mmap', 0, HEAP_PAGES * PAGE_BYTES, PROT.READ | PROT.WRITE, flags, -1, 0)
    this.bytes = libc.view(this.heap, (HEAP_PAGES - 1) * PAGE_BYTES)
    this.argument = this.heap + (HEAP_PAGES - 1) * PAGE_BYTES
    this.argumentView = new DataView(libc.view(this.argument, PAGE_BYTES).buffer)
    this.pipe = openPipe(libc)
  }

  close(): void {
    closePipe(this.libc, this.pipe)
    this.libc.call('munmap', this.heap, HEAP_PAGES * PAGE_BYTES)
  }
}
