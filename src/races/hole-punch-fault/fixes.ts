/** The fixes of the thread, as patches. They compose in the order in which they are named. */
import type { Rwsem } from '../../engine/index.js'
import type { AddressSpace } from '../../kernel/include/linux/mm-types.js'
import { inodeOf } from '../../kernel/fs/block-map.js'
import { fileOf } from '../../kernel/mm/memory.js'
import { patch, type Kernel, type Patch, type Replacements } from '../../kernel/kernel.js'

/** Takes a lock for writing around what punches a hole, zeroes, collapses or inserts: from before the page cache is emptied to after the map is changed. */
function aroundPunch(lockOf: (k: Kernel, file: AddressSpace) => Rwsem): Replacements {
  const exclusively = <T>(lock: Rwsem, body: () => T): T => {
    lock.downWrite()
    const result = body()
    lock.upWrite()
    return result
  }
  return {
    ext4_ext_punch_hole: (k, base, file, first, end) => exclusively(lockOf(k, file), () => base(file, first, end)),
    ext4_zero_range_locked: (k, base, file, first, end) => exclusively(lockOf(k, file), () => base(file, first, end)),
    ext4_collapse_range_locked: (k, base, file, first, end, size) => exclusively(lockOf(k, file), () => base(file, first, end, size)),
    ext4_insert_range_locked: (k, base, file, first, end, size) => exclusively(lockOf(k, file), () => base(file, first, end, size)),
    xfs_fallocate_locked: (k, base, file, mode, first, end) => exclusively(lockOf(k, file), () => base(file, mode, first, end)),
  }
}

const newLock = (_k: Kernel, file: AddressSpace): Rwsem => inodeOf(file).invalidate_lock

/** Takes a lock while `body` runs. */
function shared<T>(file: AddressSpace, body: () => T): T {
  const { invalidate_lock } = inodeOf(file)
  invalidate_lock.downRead()
  const result = body()
  invalidate_lock.upRead()
  return result
}

/** The new lock for reading in page_mkwrite. */
const inMkwrite: Replacements = {
  ext4_page_mkwrite: (_k, base, file, page) => shared(file, () => base(file, page)),
  xfs_vm_page_mkwrite: (_k, base, file, page) => shared(file, () => base(file, page)),
}

/** Jan Kara: mmap_sem of the process that punches, while the cache is emptied and the blocks are freed. */
const mmapSem = patch('mmap-sem', aroundPunch((k) => k.current_mm().mmap_lock))

/** Jan Kara: a lock of its own. */
const mkwriteRwsem = patch('mkwrite-rwsem', { ...aroundPunch(newLock), ...inMkwrite })

/** Merged for XFS in 2015 and for ext4 in 2016: the lock in ->fault too. */
const faultRwsem = patch('fault-rwsem', {
  ...aroundPunch(newLock),
  ...inMkwrite,
  filemap_fault: (_k, base, file, index, mm) => shared(file, () => base(file, index, mm)),
})

/** Merged in 2021: the lock around everything that adds pages to the page cache. A page that is cached already is used without. */
const invalidateLock = patch('invalidate-lock', {
  ...aroundPunch(newLock),
  ...inMkwrite,
  page_cache_read: (_k, base, file, index) => shared(file, () => base(file, index)),
  write_one_page: (_k, base, file, index, from) => shared(file, () => base(file, index, from)),
})

/** Dave Chinner: page_mkwrite takes the lock that excludes all other I/O. */
function underIoLock<T>(file: AddressSpace, body: () => T): T {
  file.i_rwsem.downWrite()
  const result = body()
  file.i_rwsem.upWrite()
  return result
}

const ioLockInMkwrite = patch('io-lock-in-mkwrite', {
  ext4_page_mkwrite: (_k, base, file, page) => underIoLock(file, () => base(file, page)),
  xfs_vm_page_mkwrite: (_k, base, file, page) => underIoLock(file, () => base(file, page)),
})

/** Dave Chinner: page_mkwrite only tries it; if it is taken the whole fault is tried again, as often as it takes. */
const ioLockRetry = patch('io-lock-retry', {
  do_page_mkwrite(_k, base, vma, page) {
    const { i_rwsem } = fileOf(vma)
    if (!i_rwsem.tryDownWrite()) return 'VM_FAULT_NOPAGE'
    const fault = base(vma, page)
    i_rwsem.upWrite()
    return fault
  },
})

/** The same without the change of the VM: VM_FAULT_RETRY from page_mkwrite is neither an error nor NOPAGE, so the page is locked and mapped. */
const ioLockRetryIgnored = patch('io-lock-retry-ignored', {
  do_page_mkwrite(k, base, vma, page) {
    const file = fileOf(vma)
    if (file.i_rwsem.tryDownWrite()) {
      const fault = base(vma, page)
      file.i_rwsem.upWrite()
      return fault
    }
    k.lock_page(page)
    if (k.page_cached_in(page, file)) return 0
    k.unlock_page(page)
    return 'VM_FAULT_NOPAGE'
  },
})

/** Jan Kara: page by page; the blocks of a page that is cached are freed while it is locked, and it leaves the page cache after that. */
function punchPageByPage(k: Kernel, file: AddressSpace, first: number, end: number, free: (from: number, to: number) => void): void {
  const { blocks_per_page } = inodeOf(file)
  const [from, to] = [Math.floor(first / blocks_per_page), Math.ceil(end / blocks_per_page)]
  k.filemap_write_and_wait_pages(file, from, to)
  for (let index = from; index < to; index++) {
    k.loop(() => !punchPage(k, file, index, () => free(index * blocks_per_page, (index + 1) * blocks_per_page)))
  }
}

/** @returns false if the page that was found has left the file: to be looked for again */
function punchPage(k: Kernel, file: AddressSpace, index: number, free: () => void): boolean {
  const page = k.find_get_page(file, index)
  if (page === null) {
    free()
    return true
  }
  k.lock_page(page)
  const cached = k.page_cached_in(page, file)
  if (cached) {
    k.wait_on_page_writeback(page)
    free()
    k.truncate_inode_page(file, page)
  }
  k.unlock_page(page)
  k.put_page(page)
  return cached
}

const pageByPage = patch('page-by-page', {
  ext4_ext_punch_hole: (k, _base, file, first, end) => punchPageByPage(k, file, first, end, (from, to) => k.ext4_ext_free_range(file, from, to)),
  xfs_free_file_space: (k, _base, file, first, end) => punchPageByPage(k, file, first, end, (from, to) => k.xfs_bunmapi(file, from, to)),
})

/**
 * Not of the thread, merged in v3.7 (02d262dffcf4): ext4's punch takes i_mutex, as XFS takes the IOLOCK, and waits for direct I/O; XFS waits
 * for it in every mode of fallocate since v3.15 at the latest.
 */
const punchIMutex = patch('punch-i-mutex', {
  ext4_ext_punch_hole(k, base, file, first, end) {
    file.i_rwsem.downWrite()
    k.inode_dio_wait(file)
    base(file, first, end)
    file.i_rwsem.upWrite()
  },
  xfs_free_file_space(k, base, file, first, end) {
    k.inode_dio_wait(file)
    base(file, first, end)
  },
})

/** Not of the thread, merged in v4.5 (32ebffd3bbb4): collapsing and inserting on ext4 write what they shift under i_mutex and i_mmap_sem. */
const flushUnderLock = patch('flush-under-lock', {
  ext4_write_before_shift: () => undefined,
  ext4_write_to_shift(k, _base, file, first) {
    k.filemap_write_and_wait_pages(file, Math.floor(first / inodeOf(file).blocks_per_page), file.slots.length)
  },
})

export const patches: readonly Patch[] = [
  mmapSem,
  mkwriteRwsem,
  faultRwsem,
  invalidateLock,
  ioLockInMkwrite,
  ioLockRetry,
  ioLockRetryIgnored,
  pageByPage,
  punchIMutex,
  flushUnderLock,
]
