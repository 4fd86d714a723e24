/**
 * A FUSE file system of one file, in a process of its own: a loop device on that file is a device whose requests are in our
 * hands. It must not be the process that makes the calls: that one may wait in the kernel for what this one holds.
 *
 * Arguments: mount point, image, size in bytes. Commands and reports go over the process's channel.
 */
import { fsyncSync, openSync, read, readSync, writeSync, writevSync } from 'node:fs'
import { loadLibc, type Libc } from '../libc.js'
import * as fuse from './fuse-protocol.js'
import type { DaemonCommand, DaemonReport, HoldRule } from './messages.js'

const GIVE_UP_MS = 15_000
const { OPCODE } = fuse
const ENOENT = 2
const ENOSYS = 38
/** The kernel wants no reply to these. */
const UNANSWERED = new Set<number>([OPCODE.forget, OPCODE.batchForget, OPCODE.interrupt])

interface DeviceRequest {
  readonly unique: bigint
  readonly direction: 'read' | 'write'
  readonly offset: number
  readonly length: number
  /** What is to be written, as it was when the kernel sent it. */
  readonly data: Buffer | null
}

class Daemon {
  readonly #device: number
  readonly #image: number
  #rules: readonly HoldRule[] = []
  readonly #held = new Map<number, DeviceRequest>()
  #lastCommandAt = Date.now()

  constructor(
    libc: Libc,
    mountPoint: string,
    image: string,
    readonly size: number,
  ) {
    this.#image = openSync(image, 'r+')
    this.#device = openSync('/dev/fuse', 'r+')
    mount(libc, mountPoint, this.#device)
    setInterval(() => this.#giveUp(), 1000).unref()
  }

  serve(): void {
    const buffer = Buffer.alloc(fuse.IO_BYTES_MAX + 8192)
    const next = (): void => {
      read(this.#device, buffer, 0, buffer.length, null, (error, length) => {
        if (error?.code === 'ENODEV') {
          process.disconnect()
          return
        }
        if (error === null) this.#handle(fuse.readRequest(buffer.subarray(0, length)))
        else if (error.code !== 'ENOENT' && error.code !== 'EINTR') throw error
        next()
      })
    }
    next()
  }

  obey(command: DaemonCommand): void {
    this.#lastCommandAt = Date.now()
    switch (command.do) {
      case 'hold':
        this.#rules = [...this.#rules, command.rule]
        break
      case 'release':
        this.#release(command.hold, command.error)
        break
      case 'release-all':
        this.#releaseAll()
        break
      case 'ping':
        break
    }
    report({ say: 'done', seq: command.seq })
  }

  #handle(request: fuse.Request): void {
    const { opcode, unique, body } = request
    if (opcode === OPCODE.read) this.#io({ unique, direction: 'read', ...fuse.ioRange(body), data: null })
    else if (opcode === OPCODE.write) this.#io({ unique, direction: 'write', ...fuse.ioRange(body), data: fuse.writtenData(body) })
    else if (!UNANSWERED.has(opcode)) {
      const answer = this.#answer(request)
      if (typeof answer === 'number') this.#reply(unique, answer)
      else this.#reply(unique, 0, answer)
    }
  }

  /** @returns what the request asks for, or an error number (0: done) */
  #answer({ opcode, node, body }: fuse.Request): Buffer | number {
    switch (opcode) {
      case OPCODE.fsync:
        fsyncSync(this.#image)
        return 0
      case OPCODE.fallocate:
        this.#zero(fuse.allocateRange(body))
        return 0
      case OPCODE.lookup:
        return fuse.lookupReply(body, this.size) ?? ENOENT
      case OPCODE.getattr:
      case OPCODE.setattr:
        return fuse.attributesReply(node, this.size)
      case OPCODE.init:
        return fuse.initReply()
      case OPCODE.open:
      case OPCODE.opendir:
        return fuse.openReply()
      case OPCODE.statfs:
        return fuse.statfsReply()
      case OPCODE.readdir:
      case OPCODE.readdirplus:
      case OPCODE.release:
      case OPCODE.releasedir:
      case OPCODE.flush:
      case OPCODE.access:
      case OPCODE.destroy:
        return 0
      default:
        return ENOSYS
    }
  }

  #io(request: DeviceRequest): void {
    const rule = this.#rules.find(
      ({ direction, from, to }) => direction === request.direction && request.offset < to && request.offset + request.length > from,
    )
    if (rule === undefined) {
      this.#perform(request)
      return
    }
    this.#rules = this.#rules.filter((other) => other !== rule)
    this.#held.set(rule.hold, request)
    report({ say: 'held', hold: rule.hold })
  }

  #perform({ unique, direction, offset, length, data }: DeviceRequest): void {
    if (direction === 'write') {
      if (data !== null) writeSync(this.#image, data, 0, data.length, offset)
      this.#reply(unique, 0, fuse.writeReply(length))
      return
    }
    const content = Buffer.alloc(length)
    const got = readSync(this.#image, content, 0, length, offset)
    this.#reply(unique, 0, content.subarray(0, got))
  }

  #release(hold: number, error: number): void {
    const request = this.#held.get(hold)
    if (request === undefined) return
    this.#held.delete(hold)
    if (error === 0) this.#perform(request)
    else this.#reply(request.unique, error)
  }

  #releaseAll(): void {
    this.#rules = []
    for (const hold of [...this.#held.keys()]) this.#release(hold, 0)
  }

  /** The controller may itself wait in the kernel for what is held. */
  #giveUp(): void {
    if (this.#held.size === 0 || Date.now() - this.#lastCommandAt < GIVE_UP_MS) return
    this.#releaseAll()
    report({ say: 'gave-up' })
  }

  #zero({ offset, length }: { readonly offset: number; readonly length: number }): void {
    const zeros = Buffer.alloc(1 << 20)
    for (let done = 0; done < length; done += zeros.length) {
      writeSync(this.#image, zeros, 0, Math.min(zeros.length, length - done), offset + done)
    }
  }

  #reply(unique: bigint, error = 0, body: Buffer = Buffer.alloc(0)): void {
    try {
      writevSync(this.#device, [fuse.replyHeader(unique, error, body.length), body])
    } catch (failure) {
      // The kernel no longer waits for it: the request was interrupted, or the connection is gone.
      if ((failure as NodeJS.ErrnoException).code !== 'ENOENT') throw failure
    }
  }
}

/** mount(8) knows no file system whose server is the caller. */
function mount(libc: Libc, mountPoint: string, device: number): void {
  const options = `fd=${device},rootmode=040000,user_id=0,group_id=0,allow_other,max_read=${fuse.IO_BYTES_MAX}`
  let at = 0
  const text = (string: string): number => {
    const start = at
    at += new TextEncoder().encodeInto(`${string}\0`, libc.scratchView.subarray(at)).written
    return libc.scratch + start
  }
  libc.must('mount', text('heddle-hold'), text(mountPoint), text('fuse'), 0, text(options))
}

function report(message: DaemonReport): void {
  if (process.connected) process.send!(message)
}

// Ctrl-C is for the controller, which undoes everything and then leaves.
process.on('SIGINT', () => undefined)
// Without a controller the connection is aborted, which is what the kernel does when its server dies: whatever was held
// fails, and nobody waits for ever.
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'))

const [mountPoint = '', image = '', size = ''] = process.argv.slice(2)
try {
  const daemon = new Daemon(await loadLibc(), mountPoint, image, Number(size))
  process.on('message', (command: DaemonCommand) => daemon.obey(command))
  daemon.serve()
  report({ say: 'ready' })
} catch (error) {
  report({ say: 'failed', why: error instanceof Error ? error.message : String(error) })
  process.disconnect()
}
