/** mm/mmap.c, v5.10-rc5. All areas are made at set-up; here they come into being and go. */
import type { Kernel } from '../kernel.js'
import type { Mm, Page, Vma } from '../include/linux/mm-types.js'

export const mmap = {
  /** mmap(2) of an area that was made to be mapped later. */
  mmap(k: Kernel, vma: Vma): void {
    vma.mm.mmap_lock.downWrite()
    if (vma.mixedmap !== null) k.xfs_file_mmap(vma)
    k.vma_link(vma)
    vma.mm.mmap_lock.upWrite()
    k.oracle_mmap(vma)
  },

  /**
   * munmap(2) of a whole area. The mmap_lock is held for writing to the end; since v4.20 the kernel goes on with a read lock
   * once the area is detached, when it can.
   */
  munmap(k: Kernel, vma: Vma): void {
    const { mm, pages } = vma
    const call = `munmap by ${k.world.currentTask()}`
    if (!vma.shared) k.oracle_free_begins(call, vma, 0, pages)
    mm.mmap_lock.downWrite()
    vma.linked.set(false)
    k.unmap_region(mm, [vma])
    mm.mmap_lock.upWrite()
    if (!vma.shared) k.oracle_free_ends(call, vma, 0, pages, 'anything')
  },

  /** exit_mmap, when the last task of an address space is gone. Context: nobody else uses the address space. */
  exit_mmap(k: Kernel, mm: Mm): void {
    k.unmap_region(
      mm,
      mm.areas.filter((vma) => vma.linked.get()),
    )
  },

  /** unmap_region: unmap_vmas, free_pgtables, tlb_finish_mmu. Walks from pages still find the areas until all entries are gone. */
  unmap_region(k: Kernel, mm: Mm, areas: readonly Vma[]): void {
    k.lru_add_drain()
    const batch: Page[] = []
    for (const vma of areas) batch.push(...k.unmap_page_range(vma, vma.start, vma.start + vma.pages, null))
    for (const vma of areas) k.vma_unlink(vma)
    k.tlb_finish_mmu(mm, batch)
  },
}

export const mmapInlines = {
  /** find_vma: the area at a virtual page. Context: mmap_lock held. */
  find_vma(_k: Kernel, mm: Mm, address: number): Vma | undefined {
    return mm.areas.find((vma) => vma.start <= address && address < vma.start + vma.pages && vma.linked.get())
  },

  /** vma_link, and what of anon_vma_prepare the kernel leaves to the first fault. Context: mmap_lock held for writing. */
  vma_link(_k: Kernel, vma: Vma): void {
    const { file, anon_vma, shared } = vma
    if (!shared) {
      anon_vma.rwsem.downWrite()
      anon_vma.areas.push(vma)
      anon_vma.rwsem.upWrite()
    }
    if (file !== null) {
      file.i_mmap_rwsem.downWrite()
      file.i_mmap.push(vma)
      file.i_mmap_rwsem.upWrite()
    }
    vma.linked.set(true)
  },

  /** unlink_anon_vmas, unlink_file_vma. */
  vma_unlink(_k: Kernel, vma: Vma): void {
    const { file, anon_vma, shared } = vma
    if (!shared) {
      anon_vma.rwsem.downWrite()
      anon_vma.areas.remove(vma)
      anon_vma.rwsem.upWrite()
    }
    if (file !== null) {
      file.i_mmap_rwsem.downWrite()
      file.i_mmap.remove(vma)
      file.i_mmap_rwsem.upWrite()
    }
  },
}
