/** System calls on files of a DAX device, and what their users may rely on: one copy of the data, whichever way it is looked at. */
import type { Kernel } from '../kernel.js'
import type { Expected } from '../expectations.js'
import { ANYTHING, isSettled } from '../expectations.js'
import { pfn_index, pmd_devmap } from '../include/linux/pgtable.js'
import { ZERO, type AddressSpace } from '../include/linux/mm-types.js'
import { blockOf, wordOf } from '../block/blocks.js'
import { daxOf } from './dax-entries.js'

export const daxCalls = {
  /** read(2), without O_DIRECT, of the first word of a block. @returns null for -ENOMEM */
  read(k: Kernel, file: AddressSpace, index: number): string | null {
    const begun = k.oracle_file_read_begins(file, index)
    const seen = k.xfs_file_buffered_read_iter(file, index)
    if (seen !== null) k.oracle_file_read_ends(file, index, begun, seen)
    return seen
  },

  /** FS_IOC_FSSETXATTR by `chattr +x` (true) or `chattr -x`. @returns false for an error */
  chattr_x(k: Kernel, file: AddressSpace, dax: boolean): boolean {
    return k.xfs_ioctl_setattr(file, dax)
  },
}

/** No steps. */
export const daxObservations = {
  /** fsync has returned: what was expected when it began, and still is, survives a loss of power. */
  oracle_media_ends(k: Kernel, file: AddressSpace, begun: readonly Expected[]): void {
    daxOf(file).media.forEach((words, index) => {
      const now = expectedOf(k, file, index)
      const before = begun[index * words.length]
      if (!isSettled(now) || now[0] === ANYTHING || now[0] !== before?.[0] || now[1] !== before[1] || wordOf(words, 0).get() === now[0]) return
      k.world.warn('data-lost', 'after fsync what was stored would not survive a loss of power')
    })
  },

  /** read(2) begins. @returns what is expected of the word, to be handed to `oracle_file_read_ends` */
  oracle_file_read_begins(k: Kernel, file: AddressSpace, index: number): Expected {
    return expectedOf(k, file, index)
  },

  /** It has returned `seen`: wrong if the word was expected to be another all the time. */
  oracle_file_read_ends(k: Kernel, file: AddressSpace, index: number, begun: Expected, seen: string): void {
    const now = expectedOf(k, file, index)
    if (!isSettled(now) || now[0] === ANYTHING || now[0] === seen || now[0] !== begun[0] || now[1] !== begun[1]) return
    k.world.warn(seen === ZERO ? 'data-lost' : 'data-stale', `read(2) does not see ${now[1] === 'zeroed' ? 'zeros' : 'what was stored'}`)
  },
}

/** For set-up and for `world.finally`. */
export const daxPromises = {
  /** Fills the blocks of a file, at set-up, before it is mapped. */
  fill_device(k: Kernel, file: AddressSpace): void {
    k.fill_blocks(file)
    file.blocks.forEach((_block, index) => k.dax_flush(file, index))
  },

  /** When all is done, whoever reads the file sees what was stored last, and there is one copy of it. */
  expect_one_copy(k: Kernel, file: AddressSpace): void {
    const { S_DAX, entries } = daxOf(file)
    const on = S_DAX.get()
    file.slots.forEach((slot, index) => {
      const page = slot.get()
      const expected = expectedOf(k, file, index)
      const present = wordOf(on || page === null ? blockOf(file, index) : page.words, 0).get()
      if (isSettled(expected) && expected[0] !== ANYTHING && expected[0] !== present) {
        k.world.fail('data-lost', 'in the end the file does not have what was stored last')
      }
      if (on && page?.flags.test('PG_dirty') === true) k.world.fail('assertion', 'S_DAX is on, and a dirty page of the page cache is left')
    })
    if (on) return
    if (entries.some((entry) => entry.get() !== null)) k.world.fail('assertion', 'S_DAX is off, and entries of DAX are left')
    for (const vma of file.i_mmap.all()) {
      const mapped = vma.mm.ptes.slice(vma.start, vma.start + vma.pages).map((pte) => pte.get())
      if (mapped.some((pte) => pte !== null && pfn_index(pte) !== null) || (vma.huge && vma.mm.pmds.some((pmd) => pmd_devmap(pmd.get())))) {
        k.world.fail('assertion', 'S_DAX is off, and device memory is still mapped')
      }
    }
  },
}

function expectedOf(k: Kernel, file: AddressSpace, index: number): Expected {
  return k.expectations.ofFile(file)?.words[index]?.[0]?.get() ?? [ANYTHING, 'zeroed']
}
