/** fs/xfs/xfs_file.c, v4.13: files that may or may not bypass the page cache, as S_DAX says at the moment. */
import type { Kernel } from '../../kernel.js'
import type { AddressSpace, Page, Vma } from '../../include/linux/mm-types.js'
import type { VmFaultInfo } from '../../include/linux/vm-fault.js'
import { fileOf, isFault, type VmFault } from '../../mm/memory.js'
import { daxOf, type DaxSize } from '../dax-entries.js'

export const xfsFile = {
  /** xfs_filemap_fault. Context: page fault, mmap_sem held for reading. The first look at S_DAX is without any lock of the inode's. */
  xfs_filemap_fault(k: Kernel, vmf: VmFaultInfo): VmFault {
    const inode = fileOf(vmf.vma)
    if (vmf.write && k.fault_IS_DAX(inode, vmf)) return k.xfs_filemap_page_mkwrite(vmf)
    const { i_mmaplock } = daxOf(inode)
    i_mmaplock.downRead()
    const fault = k.xfs_filemap_fault_locked(vmf)
    i_mmaplock.upRead()
    return fault
  },

  /** xfs_filemap_page_mkwrite. Context: page fault; vmf->page with a reference, or null if xfs_filemap_fault has taken the short cut. */
  xfs_filemap_page_mkwrite(k: Kernel, vmf: VmFaultInfo): VmFault {
    const inode = fileOf(vmf.vma)
    const { i_mmaplock } = daxOf(inode)
    k.sb_start_pagefault(inode)
    i_mmaplock.downRead()
    const fault = k.fault_IS_DAX(inode, vmf) ? k.dax_iomap_fault(vmf, 'PTE') : k.block_page_mkwrite_return(k.iomap_page_mkwrite(inode, vmf.page.get() as Page))
    i_mmaplock.upRead()
    k.sb_end_pagefault(inode)
    return fault
  },

  /** xfs_filemap_huge_fault. Context: page fault. S_DAX is looked at before the lock is taken, and not again. */
  xfs_filemap_huge_fault(k: Kernel, vmf: VmFaultInfo, size: DaxSize): VmFault {
    const inode = fileOf(vmf.vma)
    const { i_mmaplock } = daxOf(inode)
    if (!k.fault_IS_DAX(inode, vmf)) return 'VM_FAULT_FALLBACK'
    if (vmf.write) k.sb_start_pagefault(inode)
    i_mmaplock.downRead()
    const fault = k.dax_iomap_fault(vmf, size)
    i_mmaplock.upRead()
    if (vmf.write) k.sb_end_pagefault(inode)
    return fault
  },

  /** xfs_filemap_pfn_mkwrite. Context: page fault on an entry without struct page. The file does not become shorter here. */
  xfs_filemap_pfn_mkwrite(k: Kernel, vmf: VmFaultInfo): VmFault {
    const inode = fileOf(vmf.vma)
    const { i_mmaplock } = daxOf(inode)
    k.sb_start_pagefault(inode)
    i_mmaplock.downRead()
    const fault = k.fault_IS_DAX(inode, vmf) ? k.dax_pfn_mkwrite(vmf) : 'VM_FAULT_NOPAGE'
    i_mmaplock.upRead()
    k.sb_end_pagefault(inode)
    return fault
  },

  /** xfs_file_mmap. Context: mmap_sem held for writing; no lock of the inode's, and the area is not yet in i_mmap. */
  xfs_file_mmap(k: Kernel, vma: Vma): void {
    const inode = fileOf(vma)
    if (k.IS_DAX(inode)) vma.mixedmap?.set(true)
  },

  /** xfs_file_write_iter: write(2) of the first block. Which way it goes is decided before the IOLOCK is taken. */
  xfs_file_write_iter(k: Kernel, inode: AddressSpace, content: string): boolean {
    return k.IS_DAX(inode) ? k.xfs_file_dax_write(inode, content) : k.xfs_file_buffered_aio_write(inode, content)
  },

  /** xfs_file_dax_write. Context: task. The size of the file stays. */
  xfs_file_dax_write(k: Kernel, inode: AddressSpace, content: string): boolean {
    inode.i_rwsem.downWrite()
    const written = k.dax_iomap_write(inode, 0, content)
    inode.i_rwsem.upWrite()
    return written
  },

  /** xfs_file_read_iter without O_DIRECT. @returns the first word of a block; null for an error */
  xfs_file_buffered_read_iter(k: Kernel, inode: AddressSpace, index: number): string | null {
    return k.IS_DAX(inode) ? k.xfs_file_dax_read(inode, index) : k.xfs_file_buffered_aio_read(inode, index)
  },

  /** xfs_file_dax_read. Context: task. */
  xfs_file_dax_read(k: Kernel, inode: AddressSpace, index: number): string {
    inode.i_rwsem.downRead()
    const word = k.dax_iomap_read(inode, index)
    inode.i_rwsem.upRead()
    return word
  },

  /** xfs_file_buffered_aio_read. Context: task. */
  xfs_file_buffered_aio_read(k: Kernel, inode: AddressSpace, index: number): string | null {
    inode.i_rwsem.downRead()
    const word = k.generic_file_read_iter(inode, index)
    inode.i_rwsem.upRead()
    return word
  },
}

export const xfsFileInlines = {
  /** The part of xfs_filemap_fault that holds MMAPLOCK. */
  xfs_filemap_fault_locked(k: Kernel, vmf: VmFaultInfo): VmFault {
    const inode = fileOf(vmf.vma)
    return k.fault_IS_DAX(inode, vmf) ? k.dax_iomap_fault(vmf, 'PTE') : k.filemap_fault_vmf(vmf)
  },

  /** filemap_fault, as ->fault is answered. */
  filemap_fault_vmf(k: Kernel, vmf: VmFaultInfo): VmFault {
    const page = k.filemap_fault(fileOf(vmf.vma), vmf.pgoff, vmf.flags === 'ALLOW_RETRY' ? vmf.vma.mm : null)
    if (isFault(page)) return page
    vmf.page.set(page)
    return 'VM_FAULT_LOCKED'
  },

  /** block_page_mkwrite_return: a page that was truncated is looked for again. */
  block_page_mkwrite_return(_k: Kernel, prepared: boolean): VmFault {
    return prepared ? 'VM_FAULT_LOCKED' : 'VM_FAULT_NOPAGE'
  },
}
