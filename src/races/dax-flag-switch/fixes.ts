/** The fixes of the thread, as patches. */
import { patch, type Kernel, type Patch } from '../../kernel/kernel.js'
import type { AddressSpace } from '../../kernel/include/linux/mm-types.js'
import type { VmFaultInfo } from '../../kernel/include/linux/vm-fault.js'
import { daxOf, type DaxSize } from '../../kernel/fs/dax-entries.js'
import { fileOf, type VmFault } from '../../kernel/mm/memory.js'
import { daxFixedInCore } from '../../kernel/versions/merged-fixes.js'

/** ->huge_fault with its test moved under the lock. */
function huge_fault_locked(k: Kernel, vmf: VmFaultInfo, size: DaxSize): VmFault {
  return underMmaplock(k, vmf, (inode) => (k.fault_IS_DAX(inode, vmf) ? k.dax_iomap_fault(vmf, size) : 'VM_FAULT_FALLBACK'))
}

/** What a handler of faults has around it: freeze protection for stores, and MMAPLOCK. */
function underMmaplock(k: Kernel, vmf: VmFaultInfo, handle: (inode: AddressSpace) => VmFault): VmFault {
  const inode = fileOf(vmf.vma)
  const { i_mmaplock } = daxOf(inode)
  if (vmf.write) k.sb_start_pagefault(inode)
  i_mmaplock.downRead()
  const fault = handle(inode)
  i_mmaplock.upRead()
  if (vmf.write) k.sb_end_pagefault(inode)
  return fault
}

/** Jan Kara, 30 Aug: the test and what comes of it under one hold, in ->fault as in ->page_mkwrite. */
const checkUnderMmaplock = patch('check-under-mmaplock', {
  xfs_filemap_fault: (k, _base, vmf) => underMmaplock(k, vmf, () => k.xfs_filemap_fault_locked(vmf)),
  xfs_filemap_huge_fault: (k, _base, vmf, size) => huge_fault_locked(k, vmf, size),
})

/** The same test under the lock, which is dropped again for the short cut to page_mkwrite. */
const checkTwice = patch('check-twice', {
  xfs_filemap_fault(k, _base, vmf) {
    const inode = fileOf(vmf.vma)
    const { i_mmaplock } = daxOf(inode)
    i_mmaplock.downRead()
    const short_cut = vmf.write && k.fault_IS_DAX(inode, vmf)
    const fault = short_cut ? 0 : k.xfs_filemap_fault_locked(vmf)
    i_mmaplock.upRead()
    return short_cut ? k.xfs_filemap_page_mkwrite(vmf) : fault
  },
  xfs_filemap_huge_fault: (k, _base, vmf, size) => huge_fault_locked(k, vmf, size),
})

/** The same short cut, taken with the lock held. */
const nestedHold = patch('nested-hold', {
  xfs_filemap_fault(k, _base, vmf) {
    const inode = fileOf(vmf.vma)
    const { i_mmaplock } = daxOf(inode)
    i_mmaplock.downRead()
    const fault = vmf.write && k.fault_IS_DAX(inode, vmf) ? k.xfs_filemap_page_mkwrite(vmf) : k.xfs_filemap_fault_locked(vmf)
    i_mmaplock.upRead()
    return fault
  },
  xfs_filemap_huge_fault: (k, _base, vmf, size) => huge_fault_locked(k, vmf, size),
})

/** Dave Chinner, 28 and 30 Aug: whoever looks first decides for the whole fault. The first look stays where it was: without a lock. */
const vmfSaysDax = patch('vmf-says-dax', {
  vm_fault: (k, base, ...fault) => ({ ...base(...fault), decided: k.world.own<boolean | null>('vmf.decided', null) }),
  fault_IS_DAX(_k, base, mapping, vmf) {
    const decided = vmf?.decided
    if (decided === undefined) return base(mapping, vmf)
    const known = decided.get()
    if (known !== null) return known
    const found = base(mapping, vmf)
    decided.set(found)
    return found
  },
})

/**
 * Dave Chinner, 28 Aug: the switch is propagated to the areas. vm_flags are the mmap_sem's, which comes before MMAPLOCK; here they are
 * changed without it, while MMAPLOCK keeps faults out of the file system.
 */
const switchUpdatesVmas = patch('switch-updates-vmas', {
  xfs_setattr_dax_invalidated(_k, _base, inode, dax) {
    inode.i_mmap_rwsem.downRead()
    for (const vma of inode.i_mmap.all()) vma.mixedmap?.set(dax)
    inode.i_mmap_rwsem.upRead()
  },
})

/** The same with the mmap_sem of each address space, as vm_flags want it. */
const switchUpdatesVmasLocked = patch('switch-updates-vmas-locked', {
  xfs_setattr_dax_invalidated(_k, _base, inode, dax) {
    inode.i_mmap_rwsem.downRead()
    for (const vma of inode.i_mmap.all()) {
      vma.mm.mmap_lock.downWrite()
      vma.mixedmap?.set(dax)
      vma.mm.mmap_lock.upWrite()
    }
    inode.i_mmap_rwsem.upRead()
  },
})

/** Jan Kara, later in the thread: mapping_mapped() is asked once the locks of the switch are held. */
const notWhileMapped = patch('not-while-mapped', {
  ...checkUnderMmaplock.replacements,
  xfs_setattr_dax_permitted: (_k, _base, inode) => inode.i_mmap.isEmpty(),
})

/** Merged for v4.14, and in 4.13.4: the flag on disk changes, S_DAX does not. */
const noSwitching = patch('no-switching', {
  xfs_diflags_to_linux: () => undefined,
})

export const patches: readonly Patch[] = [
  checkUnderMmaplock,
  checkTwice,
  nestedHold,
  vmfSaysDax,
  switchUpdatesVmas,
  switchUpdatesVmasLocked,
  notWhileMapped,
  noSwitching,
  daxFixedInCore,
]
