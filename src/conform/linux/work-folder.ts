import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { command } from './command.js'
import type { Undo } from './undo.js'

/** A new folder for images and mount points. Those of runs that were killed are cleaned up first. */
export function workFolder(undo: Undo): string {
  for (const name of readdirSync(tmpdir())) {
    const owner = /^heddle-conform-(\d+)-/.exec(name)?.[1]
    const folder = path.join(tmpdir(), name)
    if (owner !== undefined && !existsSync(`/proc/${owner}`) && isOurs(folder)) removeLeftovers(folder)
  }
  const folder = mkdtempSync(path.join(tmpdir(), `heddle-conform-${process.pid}-`))
  undo.add(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

function isOurs(folder: string): boolean {
  return statSync(folder).uid === process.getuid?.()
}

/** Stops swapping to, unmounts and detaches what a killed run left behind in its folder. */
function removeLeftovers(folder: string): void {
  const devices = loopDevicesUnder(folder)
  for (const device of devices) attempt('swapoff', device)
  const mounts = mountsUnder(folder)
  // What is mounted from a device, then the devices, then what serves them.
  for (const mount of mounts.filter(({ device }) => devices.includes(device))) attempt('umount', mount.folder)
  for (const device of devices) attempt('losetup', '-d', device)
  for (const mount of mountsUnder(folder)) attempt('umount', mount.folder)
  rmSync(folder, { recursive: true, force: true })
}

function mountsUnder(folder: string): readonly { readonly device: string; readonly folder: string }[] {
  const lines = readFileSync('/proc/self/mounts', 'utf8').trim().split('\n')
  const mounts = lines.map((line) => line.split(' ')).map(([device = '', point = '']) => ({ device, folder: point }))
  return mounts.filter((mount) => mount.folder.startsWith(`${folder}/`)).reverse()
}

function loopDevicesUnder(folder: string): readonly string[] {
  const lines = command('losetup', '-n', '-l', '-O', 'NAME,BACK-FILE').split('\n')
  return lines.flatMap((line) => {
    const [device = '', file = ''] = line.trim().split(/\s+/)
    return file.startsWith(`${folder}/`) ? [device] : []
  })
}

function attempt(name: string, ...args: readonly string[]): void {
  try {
    command(name, ...args)
  } catch {
    // What is not in use need not be freed.
  }
}
