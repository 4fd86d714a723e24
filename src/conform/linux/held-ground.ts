import { statSync } from 'node:fs'
import type { FileSystemName } from '../record.js'
import { HeldDevice } from './hold/device.js'
import { command } from './command.js'
import { IMAGE_BYTES, makeFileSystem, mountDevice } from './image.js'
import type { Libc } from './libc.js'
import type { Undo } from './undo.js'

const SWAP_BYTES = 64 << 20

/** Where cases are run: a file system on a held device, and a held device to swap to. */
export interface Ground {
  readonly fs: FileSystemName
  /** Folder of the file system. */
  readonly folder: string
  readonly device: HeldDevice
  /** Prepared when it is first asked for; nothing is swapped to it until swapOn. */
  swapDevice(): Promise<HeldDevice>
}

export async function heldGround(fs: FileSystemName, base: string, daemonScript: URL, undo: Undo): Promise<Ground> {
  const parts = { base, daemonScript, undo }
  const format = (image: string): void => makeFileSystem(fs, image)
  const device = await HeldDevice.start({ ...parts, name: `held-${fs}`, bytes: IMAGE_BYTES[fs], format })
  const folder = mountDevice(fs, device.device, base, undo)
  undo.add(() => device.releaseAllNow())
  let swap: Promise<HeldDevice> | null = null
  const swapDevice = (): Promise<HeldDevice> => {
    swap ??= HeldDevice.start({ ...parts, name: `swap-${fs}`, bytes: SWAP_BYTES, format: (image) => void command('mkswap', image) })
    return swap
  }
  return { fs, folder, device, swapDevice }
}

/** Others may swap to it as long as it is on: take it away soon. */
export function swapOn(libc: Libc, device: string): void {
  libc.must('swapon', writePath(libc, device), 0)
}

export function swapOff(libc: Libc, device: string): void {
  libc.must('swapoff', writePath(libc, device))
}

function writePath(libc: Libc, text: string): number {
  statSync(text)
  libc.scratchView.set(new TextEncoder().encode(`${text}\0`))
  return libc.scratch
}
