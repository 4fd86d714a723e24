/** What the programs of both races of the thread begin with. */
import type { AddressSpace, Vma } from '../../kernel/include/linux/mm-types.js'
import type { Iocb } from '../../kernel/fs/syscalls.js'
import type { Kernel } from '../../kernel/kernel.js'
import { BDEV, EXT4 } from '../../kernel/machine.js'

/** A process that maps a file of one page, on ext4, whose page is in the page cache, dirty and with buffers. */
export function mappedFile(k: Kernel): Vma {
  const file = k.open('F1', EXT4)
  const map = k.area(k.address_space('A', 1), { name: 'map', file })
  k.write(file, 'v0')
  return map
}

/** The same, and the process has stored to it: the entry is writable, so that fast GUP gets the page. */
export function storedToFile(k: Kernel): Vma {
  const map = mappedFile(k)
  for (let word = 0; word < k.config.words; word++) k.user_store(map, 0, word, `F1:s0.${word}`)
  return map
}

/** The other file, or device, that is read with O_DIRECT. */
export function otherFile(k: Kernel): AddressSpace {
  const file = k.open('F2', EXT4)
  k.fill_blocks(file)
  return file
}

export function blockDevice(k: Kernel): AddressSpace {
  return k.open('sdb', BDEV)
}

/** The file that an area maps. */
export function fileOf(map: Vma): AddressSpace {
  if (map.file === null) throw new TypeError(`${map.name} maps no file`)
  return map.file
}

/** read(2) into the mapping, then the process looks at it. */
export function readAndLook(k: Kernel, from: AddressSpace, map: Vma): void {
  if (k.read_direct_into(from, 0, map, 0, 1)) k.user_load(map, 0, 0)
}

/** An asynchronous read into the mapping that has been submitted when the tasks start. */
export function inFlight(k: Kernel, from: AddressSpace, map: Vma): Iocb {
  const iocb = k.io_submit_read(from, 0, map, 0, 1)
  if (iocb === null) throw new Error(`${from.name} can not be read`)
  return iocb
}

/** kswapd has been over memory once: the entry is no longer young, so that the next pass unmaps the page. */
export function notUsedLately(k: Kernel, map: Vma): Vma {
  k.balance_pgdat(1)
  return map
}
