import { fork, type ChildProcess } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { command } from '../command.js'
import { makeFile } from '../image.js'
import type { Undo } from '../undo.js'
import { FILE_NAME } from './fuse-protocol.js'
import type { DaemonCommand, DaemonReport, HoldRule } from './messages.js'

type Command = DaemonCommand extends infer One ? (One extends unknown ? Omit<One, 'seq'> : never) : never

export interface DeviceParts {
  /** Folder to make things in. */
  readonly base: string
  /** Name of the folder in it. */
  readonly name: string
  readonly bytes: number
  /** Puts something on the image before it is a device. */
  readonly format: (image: string) => void
  readonly daemonScript: URL
  readonly undo: Undo
}

/** A loop device whose requests can be held. */
export class HeldDevice {
  /** `/dev/loopN` */
  readonly device: string
  readonly image: string
  readonly #process: ChildProcess
  readonly #answers = new Map<number, () => void>()
  readonly #arrived: number[] = []
  #seq = 0
  #gaveUp = false

  private constructor(daemon: ChildProcess, device: string, image: string) {
    this.#process = daemon
    this.device = device
    this.image = image
    daemon.on('message', (report: DaemonReport) => this.#hear(report))
    daemon.on('exit', () => this.#answerAll())
  }

  /** @throws if the machine does not allow it */
  static async start({ base, name, bytes, format, daemonScript, undo }: DeviceParts): Promise<HeldDevice> {
    const folder = path.join(base, name)
    const mountPoint = path.join(folder, 'fuse')
    mkdirSync(mountPoint, { recursive: true })
    const image = path.join(folder, 'image')
    makeFile(image, bytes)
    format(image)
    const daemon = fork(fileURLToPath(daemonScript), [mountPoint, image, String(bytes)], {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    })
    undo.add(() => void daemon.kill('SIGKILL'))
    const report = await new Promise<DaemonReport>((resolve, reject) => {
      daemon.once('message', (first: DaemonReport) => resolve(first))
      daemon.once('exit', (code) => reject(new Error(`the daemon of the held device ended with ${code}`)))
    })
    if (report.say === 'failed') throw new Error(report.why)
    undo.add(() => command('umount', mountPoint))
    const device = command('losetup', '--find', '--show', '--direct-io=on', path.join(mountPoint, FILE_NAME))
    undo.add(() => command('losetup', '-d', device))
    writeFileSync(`/sys/block/${path.basename(device)}/queue/read_ahead_kb`, '0')
    return new HeldDevice(daemon, device, image)
  }

  /** Numbers of the rules whose requests have been held, in the order they came, whether they are held still or not. */
  get arrived(): readonly number[] {
    return this.#arrived
  }

  /** True if the daemon released everything by itself since it was last asked. */
  takeGaveUp(): boolean {
    const gaveUp = this.#gaveUp
    this.#gaveUp = false
    return gaveUp
  }

  hold(rule: HoldRule): Promise<void> {
    return this.#order({ do: 'hold', rule })
  }

  release(hold: number, error = 0): Promise<void> {
    return this.#order({ do: 'release', hold, error })
  }

  async releaseAll(): Promise<void> {
    await this.#order({ do: 'release-all' })
    this.#arrived.length = 0
  }

  /** The same without waiting for it: whoever unmounts what is on the device does this first. */
  releaseAllNow(): void {
    this.#post({ do: 'release-all' })
  }

  /** Everything that the daemon had to say before is heard. */
  ping(): Promise<void> {
    return this.#order({ do: 'ping' })
  }

  #order(order: Command): Promise<void> {
    return new Promise((resolve) => {
      this.#answers.set(this.#post(order), resolve)
    })
  }

  #post(order: Command): number {
    const seq = this.#seq++
    if (this.#process.connected) this.#process.send({ ...order, seq })
    return seq
  }

  #hear(report: DaemonReport): void {
    if (report.say === 'held') this.#arrived.push(report.hold)
    else if (report.say === 'gave-up') this.#gaveUp = true
    else if (report.say === 'done') {
      this.#answers.get(report.seq)?.()
      this.#answers.delete(report.seq)
    }
  }

  #answerAll(): void {
    for (const answer of this.#answers.values()) answer()
    this.#answers.clear()
  }
}
