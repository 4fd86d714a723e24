import { closeSync, mkdtempSync, openSync, truncateSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { FileSystemName } from '../record.js'
import { command } from './command.js'
import type { Undo } from './undo.js'

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

export interface Mounted {
  readonly folder: string
  readonly image: string
  readonly device: string
}

/** A sparse file. */
export function makeFile(file: string, bytes: number): void {
  closeSync(openSync(file, 'w'))
  truncateSync(file, bytes)
}

export function makeFileSystem(fs: FileSystemName, image: string): void {
  const [name = '', ...args] = MKFS[fs]
  command(name, ...args, image)
}

/** A fresh file system of its own, on a loop device without readahead. */
export function mountImage(fs: FileSystemName, base: string, undo: Undo): Mounted {
  const image = path.join(base, `${fs}.img`)
  makeFile(image, IMAGE_BYTES[fs])
  makeFileSystem(fs, image)
  const device = command('losetup', '--find', '--show', image)
  undo.add(() => command('losetup', '-d', device))
  writeFileSync(`/sys/block/${path.basename(device)}/queue/read_ahead_kb`, '0')
  return { folder: mountDevice(fs, device, base, undo), image, device }
}

/** @returns the folder that the file system is mounted on */
export function mountDevice(fs: FileSystemName, device: string, base: string, undo: Undo): string {
  const folder = mkdtempSync(path.join(base, `${fs}-`))
  command('mount', '-o', MOUNT[fs], device, folder)
  undo.add(() => command('umount', folder))
  return folder
}
