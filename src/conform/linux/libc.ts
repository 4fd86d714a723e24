import { MAP, NR, O, PROT, resultText, type SystemCall } from './numbers.js'

const SCRATCH_BYTES = 1 << 16

/**
 * Raw system calls from this process. Addresses are plain numbers: those of user space fit.
 * Nothing here blocks but the call itself, and that blocks all of JavaScript: what may wait belongs to an actor.
 */
export interface Libc {
  /** @returns what the kernel does: a value, or -errno */
  call(name: SystemCall, ...args: readonly number[]): number
  /** The same for calls that only fail if something is wrong here. @throws SystemCallError */
  must(name: SystemCall, ...args: readonly number[]): number
  /** Memory of this process. Touching a page behind the end of a file kills the process. */
  view(address: number, length: number): Uint8Array
  /** @throws SystemCallError */
  open(path: string, flags: number): number
  /** Calls machine code at an address with four numbers. */
  enter(address: number, args: readonly [number, number, number, number]): number
  /** 64 KiB of memory for arguments of one call: whoever writes here reads back before the next call. */
  readonly scratch: number
  readonly scratchView: Uint8Array
}

export class SystemCallError extends Error {
  override readonly name = 'SystemCallError'
  constructor(
    call: string,
    readonly result: number,
  ) {
    super(`${call}: ${resultText(result)}`)
  }
}

/** Loads the foreign function library, which is needed for nothing else in Heddle. @throws if there is none for this machine */
export async function loadLibc(): Promise<Libc> {
  const { default: koffi } = await import('koffi')
  const library = koffi.load('libc.so.6')
  const syscall = library.func('int64 syscall(int64 nr, int64 a, int64 b, int64 c, int64 d, int64 e, int64 f)') as unknown as (
    ...args: number[]
  ) => number | bigint
  const entry = koffi.proto('int64', ['int64', 'int64', 'int64', 'int64'])

  const call = (name: SystemCall, ...args: readonly number[]): number => {
    const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = args
    const result = Number(syscall(NR[name], a, b, c, d, e, f))
    return result === -1 ? -koffi.errno() : result
  }
  const must = (name: SystemCall, ...args: readonly number[]): number => {
    const result = call(name, ...args)
    if (result < 0) throw new SystemCallError(name, result)
    return result
  }
  const view = (address: number, length: number): Uint8Array => new Uint8Array(koffi.view(BigInt(address), length))

  const anonymous = MAP.PRIVATE | MAP.ANONYMOUS | MAP.POPULATE
  const scratch = must('mmap', 0, SCRATCH_BYTES, PROT.READ | PROT.WRITE, anonymous, -1, 0)
  const scratchView = view(scratch, SCRATCH_BYTES)
  const open = (path: string, flags: number): number => {
    const { written } = new TextEncoder().encodeInto(path, scratchView)
    scratchView[written] = 0
    const fd = call('open', scratch, flags | O.CLOEXEC, 0o644)
    if (fd < 0) throw new SystemCallError(`open ${path}`, fd)
    return fd
  }
  const enter = (address: number, args: readonly number[]): number => Number(koffi.call(BigInt(address), entry, ...args))
  return { call, must, view, open, enter, scratch, scratchView }
}
