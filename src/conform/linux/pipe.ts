import type { Libc } from './libc.js'
import { O } from './numbers.js'

export interface Pipe {
  readonly from: number
  readonly to: number
}

export function openPipe(libc: Libc): Pipe {
  libc.must('pipe2', libc.scratch, O.CLOEXEC)
  const numbers = new DataView(libc.scratchView.buffer, libc.scratchView.byteOffset)
  return { from: numbers.getInt32(0, true), to: numbers.getInt32(4, true) }
}

export function closePipe(libc: Libc, pipe: Pipe): void {
  libc.call('close', pipe.from)
  libc.call('close', pipe.to)
}
