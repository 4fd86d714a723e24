/** mm/shmem.c, v5.10-rc5: a file in memory that prefers huge pages. */
import type { Kernel } from '../kernel.js'
import type { AddressSpace } from '../include/linux/mm-types.js'

export const shmem = {
  /** shmem_file_write_iter of a whole huge page: allocation and content; it stays out of the page cache's ways here. */
  shmem_file_write_iter(k: Kernel, mapping: AddressSpace, word: string): boolean {
    const head = k.alloc_compound_page()
    if (head === null) return false
    head.mapping.set(mapping)
    k.write_words(head, word)
    return true
  },

  /** shmem has no device: nothing is written back. */
  shmem_writepages(_k: Kernel, _mapping: AddressSpace): void {
    return
  },
}
