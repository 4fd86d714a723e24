import { execFileSync } from 'node:child_process'
import { closeSync, existsSync, mkdirSync, mkdtempSync, openSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { FileSystemName } from '../record.js'

const MIB = 1 << 20
/** mkfs.xfs wants 300 MiB. The files are sparse. */
export const IMAGE_BYTES: Record<FileSystemName, number> = { ext4: 128 * MIB, xfs: 320 * MIB }

/** Block size 4096, and nothing left for the kernel to initialise in the background. */
export const MKFS: Record<FileSystemName, readonly string[]> = {
  ext4: ['mkfs.ext4', '-q', '-F', '-b', '4096', '-E', 'lazy_itable_init=0,lazy_journal_init=0'],
  xfs: ['mkfs.xfs', '-q', '-f', '-b', 'size=4096'],
}

/** Neither reading a file nor the time since the last commit of the journal may change what a step does. */
export const MOUNT: Record<FileSystemName, string> = { ext4: 'noatime,commit=600', xfs: 'noatime' }

/** Things to be undone, last first; also when the process is interrupted. */
export class Undo {
  readonly #steps: (() => void)[] = []

  add(step: () => void): void {
    this.#steps.push(step)
  }

  /** @returns what could not be undone, in words */
  run(): readonly string[] {
    const failed: string[] = []
    for (let step = this.#steps.pop(); step !== undefined; step = this.#steps.pop()) {
      try {
        step()
      } catch (error) {
        failed.push(error instanceof Error ? error.message.split('\n').slice(0, 2).join(' ') : String(error))
      }
    }
    return failed
  }
}

/** A command of the system's. @throws with what it wrote to standard error */
export function command(name: string, ...args: readonly string[]): string {
  try {
    return execFileSync(name, args, { stdio: ['ignore', 'pipe', 'pipe'], timeout: 60_000 }).toString().trim()
  } catch (error) {
    const stderr = (error as { stderr?: Buffer }).stderr?.toString().trim() ?? ''
    throw new Error(`${name}: ${stderr === '' ? String(error) : stderr}`, { cause: error })
  }
}

/** A new folder for images and mount points. Those of runs that were killed are cleaned up first. */
export function workFolder(undo: Undo): string {
  for (const name of readdirSync(tmpdir())) {
    const owner = /^heddle-conform-(\d+)-/.exec(name)?.[1]
    if (owner !== undefined && !existsSync(`/proc/${owner}`)) removeLeftovers(path.join(tmpdir(), name))
  }
  const folder = mkdtempSync(path.join(tmpdir(), `heddle-conform-${process.pid}-`))
  undo.add(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** Unmounts and detaches what a killed run left behind in its folder. */
function removeLeftovers(folder: string): void {
  for (const name of readdirSync(folder)) attempt(() => command('umount', path.join(folder, name)))
  for (const line of command('losetup', '-n', '-l', '-O', 'NAME,BACK-FILE').split('\n')) {
    const [device = '', file = ''] = line.trim().split(/\s+/)
    if (file.startsWith(`${folder}/`)) attempt(() => command('losetup', '-d', device))
  }
  attempt(() => command('umount', path.join(folder, 'fuse')))
  rmSync(folder, { recursive: true, force: true })
}

function attempt(action: () => unknown): void {
  try {
    action()
  } catch {
    // What is not mounted need not be unmounted.
  }
}

export interface Mounted {
  readonly folder: string
  readonly image: string
  readonly device: string
}

/** Makes an image with a file system on it. */
export function makeImage(fs: FileSystemName, file: string): void {
  closeSync(openSync(file, 'w'))
  truncateSync(file, IMAGE_BYTES[fs])
  const [name = '', ...args] = MKFS[fs]
  command(name, ...args, file)
}

/** A fresh file system of its own, on a loop device without readahead. */
export function mountImage(fs: FileSystemName, base: string, undo: Undo): Mounted {
  const image = path.join(base, `${fs}.img`)
  makeImage(fs, image)
  const device = command('losetup', '--find', '--show', image)
  undo.add(() => command('losetup', '-d', device))
  writeFileSync(`/sys/block/${path.basename(device)}/queue/read_ahead_kb`, '0')
  const folder = path.join(base, fs)
  mkdirSync(folder)
  command('mount', '-o', MOUNT[fs], device, folder)
  undo.add(() => command('umount', folder))
  return { folder, image, device }
}
