import { closeSync, readFileSync, readSync, writeSync, read as readLater } from 'node:fs'
import type { Libc } from './libc.js'
import { CLONE, MAP, NR, PROT, WALL, type SystemCall } from './numbers.js'
import { openPipe, type Pipe } from './pipe.js'

const REQUEST_BYTES = 56
const BUFFER_BYTES = 4096
const SIG_SETMASK = 2
const PR_SET_PDEATHSIG = 1
const SIGKILL = 9

/**
 * x86-64: clones, and in the child obeys: reads a request of seven numbers from a pipe, makes that system call, writes what it
 * returned to another pipe. No stack, no libc. Arguments: request pipe, reply pipe, buffer, flags of clone(2).
 */
const MACHINE_CODE = Uint8Array.from([
  ...[0x41, 0x54, 0x41, 0x55, 0x41, 0x56], // push r12; push r13; push r14
  ...[0x49, 0x89, 0xfc, 0x49, 0x89, 0xf5, 0x49, 0x89, 0xd6], // r12 = request pipe; r13 = reply pipe; r14 = buffer
  ...[0x48, 0x89, 0xcf, 0x31, 0xf6, 0x31, 0xd2, 0x4d, 0x31, 0xd2, 0x4d, 0x31, 0xc0], // clone(flags, 0, 0, 0, 0)
  ...[0xb8, 0x38, 0, 0, 0, 0x0f, 0x05],
  ...[0x85, 0xc0, 0x74, 0x07], // in the child: to the loop
  ...[0x41, 0x5e, 0x41, 0x5d, 0x41, 0x5c, 0xc3], // in the parent: pop r14; pop r13; pop r12; return the child's number
  // loop: read(request pipe, buffer, 56)
  ...[0x31, 0xc0, 0x4c, 0x89, 0xe7, 0x4c, 0x89, 0xf6, 0xba, REQUEST_BYTES, 0, 0, 0, 0x0f, 0x05],
  ...[0x83, 0xf8, REQUEST_BYTES, 0x75, 0x34], // less than that: exit
  ...[0x49, 0x8b, 0x06, 0x49, 0x8b, 0x7e, 0x08, 0x49, 0x8b, 0x76, 0x10, 0x49, 0x8b, 0x56, 0x18],
  ...[0x4d, 0x8b, 0x56, 0x20, 0x4d, 0x8b, 0x46, 0x28, 0x4d, 0x8b, 0x4e, 0x30, 0x0f, 0x05],
  ...[0x49, 0x89, 0x06], // buffer = what it returned
  ...[0xb8, 1, 0, 0, 0, 0x4c, 0x89, 0xef, 0x4c, 0x89, 0xf6, 0xba, 8, 0, 0, 0, 0x0f, 0x05], // write(reply pipe, buffer, 8)
  ...[0xeb, 0xb8], // to the loop
  ...[0xb8, 0x3c, 0, 0, 0, 0x31, 0xff, 0x0f, 0x05], // exit(0)
])

/** The machine code in memory of this process, once for all actors. */
export class ActorCode {
  readonly address: number

  constructor(readonly libc: Libc) {
    this.address = libc.must('mmap', 0, BUFFER_BYTES, PROT.READ | PROT.WRITE | PROT.EXEC, MAP.PRIVATE | MAP.ANONYMOUS, -1, 0)
    libc.view(this.address, MACHINE_CODE.length).set(MACHINE_CODE)
  }

  free(): void {
    this.libc.call('munmap', this.address, BUFFER_BYTES)
  }
}

/**
 * A task of the kernel that makes system calls on command, one at a time, while JavaScript goes on. It takes no signals and
 * dies with this process.
 */
export class Actor {
  readonly tid: number
  readonly #libc: Libc
  readonly #request: Pipe
  readonly #reply: Pipe
  readonly #buffer: number
  #busy = false

  /** @param memory `shared`: a thread, as good as; `copied`: a fork of this process at this moment */
  constructor(code: ActorCode, memory: 'shared' | 'copied') {
    const { libc } = code
    this.#libc = libc
    this.#request = openPipe(libc)
    this.#reply = openPipe(libc)
    const flags = MAP.PRIVATE | MAP.ANONYMOUS | MAP.POPULATE
    this.#buffer = libc.must('mmap', 0, BUFFER_BYTES, PROT.READ | PROT.WRITE, flags, -1, 0)
    const before = blockSignals(libc)
    const clone = memory === 'shared' ? CLONE.VM | CLONE.FS | CLONE.FILES : 0
    this.tid = libc.enter(code.address, [this.#request.from, this.#reply.to, this.#buffer, clone])
    restoreSignals(libc, before)
    if (this.tid < 0) throw new Error(`clone failed: ${this.tid}`)
    this.callAndWait('prctl', PR_SET_PDEATHSIG, SIGKILL)
  }

  /** Starts a system call. @returns what the kernel returns, when it does */
  call(name: SystemCall, ...args: readonly number[]): Promise<number> {
    this.#send(name, args)
    this.#busy = true
    const answer = Buffer.alloc(8)
    return new Promise((resolve, reject) => {
      readLater(this.#reply.from, answer, 0, 8, null, (error) => {
        this.#busy = false
        if (error === null) resolve(Number(answer.readBigInt64LE(0)))
        else reject(error)
      })
    })
  }

  /** A system call that does not wait for anything this process would have to do. */
  callAndWait(name: SystemCall, ...args: readonly number[]): number {
    this.#send(name, args)
    const answer = Buffer.alloc(8)
    readSync(this.#reply.from, answer, 0, 8, null)
    return Number(answer.readBigInt64LE(0))
  }

  /** Functions of the kernel that it waits in, innermost first; none if it runs, or if we may not know. */
  stack(): readonly string[] {
    try {
      const lines = readFileSync(`/proc/${this.tid}/stack`, 'latin1').trim().split('\n')
      return lines.map((line) => line.replace(/^\[<0>\] /, '').replace(/\+.*/, ''))
    } catch {
      return []
    }
  }

  /** Only an actor that is in no system call obeys. */
  stop(): void {
    this.#send('exit', [])
    closeSync(this.#request.to)
    this.#libc.call('wait4', this.tid, 0, WALL, 0)
    for (const fd of [this.#request.from, this.#reply.from, this.#reply.to]) closeSync(fd)
    this.#libc.call('munmap', this.#buffer, BUFFER_BYTES)
  }

  #send(name: SystemCall, args: readonly number[]): void {
    if (this.#busy) throw new Error('the actor is in a system call already')
    const request = Buffer.alloc(REQUEST_BYTES)
    for (const [index, value] of [NR[name], ...args].entries()) request.writeBigInt64LE(BigInt(value), index * 8)
    writeSync(this.#request.to, request)
  }
}

function blockSignals(libc: Libc): Uint8Array {
  libc.scratchView.fill(0xff, 0, 8)
  libc.must('rt_sigprocmask', SIG_SETMASK, libc.scratch, libc.scratch + 8, 8)
  return libc.scratchView.slice(8, 16)
}

function restoreSignals(libc: Libc, mask: Uint8Array): void {
  libc.scratchView.set(mask)
  libc.must('rt_sigprocmask', SIG_SETMASK, libc.scratch, 0, 8)
}
