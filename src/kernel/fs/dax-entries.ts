/** fs/dax.c, v4.13: exceptional entries of the page cache and their locks. */
import type { Kernel } from '../kernel.js'
import type { DaxEntry, DaxEntryKind, DaxInode } from '../include/linux/dax-types.js'
import type { AddressSpace, Page } from '../include/linux/mm-types.js'
import { HPAGE_PMD_NR } from '../include/linux/pgtable.js'
import { slotOf, tagsOf } from '../mm/filemap.js'

/** What grab_mapping_entry was asked for. */
export type DaxSize = 'PTE' | 'PMD'

/** What it gives: a locked entry, a locked page that stands for a hole, or -EEXIST. */
export type GrabbedEntry = DaxEntryKind | Page | '-EEXIST'

export const daxEntries = {
  /**
   * get_unlocked_mapping_entry: waits until the entry for an index is unlocked. Context: tree lock held; it is given up and taken
   * again for each wait.
   * @returns the entry, or null if there is none or a page
   */
  get_unlocked_mapping_entry(k: Kernel, mapping: AddressSpace, index: number): DaxEntry | null {
    const me = k.world.currentTask()
    for (;;) {
      const found = entryAt(mapping, index)
      if (found === null || found[1] === 'unlocked') return found
      const wq = waitersOf(mapping, index, found)
      wq.push(me)
      mapping.i_pages.unlockIrqrestore()
      k.world.until(() => !wq.has(me), `the DAX entry of index ${index} to be unlocked`, { lostIf: () => entryAt(mapping, index)?.[1] !== 'locked' })
      mapping.i_pages.lockIrqsave()
    }
  },

  /** dax_unlock_mapping_entry. Context: the task that locked the entry. */
  dax_unlock_mapping_entry(k: Kernel, mapping: AddressSpace, index: number): void {
    mapping.i_pages.lockIrqsave()
    const entry = entryAt(mapping, index)
    if (entry?.[1] !== 'locked') {
      k.WARN_ON(true, '!slot_locked(mapping, slot)')
      mapping.i_pages.unlockIrqrestore()
      return
    }
    setEntry(mapping, index, entry[0], 'unlocked')
    mapping.i_pages.unlockIrqrestore()
    k.world.noteLock(lockNameOf(mapping), 'released')
    k.dax_wake_mapping_entry_waiter(mapping, index, entry, false)
  },

  /** put_locked_mapping_entry of what grab_mapping_entry gave. */
  put_locked_mapping_entry(k: Kernel, mapping: AddressSpace, index: number, entry: GrabbedEntry): void {
    if (typeof entry === 'string') {
      k.dax_unlock_mapping_entry(mapping, index)
      return
    }
    k.unlock_page(entry)
    k.put_page(entry)
  },

  /**
   * grab_mapping_entry: the entry for an index, locked; a new, empty one if there is none. A page that is there instead is
   * taken for one that stands for a hole, and is locked.
   * @returns -EEXIST if a huge entry is asked for and there is a smaller one, or a page
   */
  grab_mapping_entry(k: Kernel, mapping: AddressSpace, index: number, size: DaxSize): GrabbedEntry {
    const { i_pages } = mapping
    for (;;) {
      k.world.noteLock(lockNameOf(mapping), 'awaited')
      i_pages.lockIrqsave()
      const entry = k.get_unlocked_mapping_entry(mapping, index)
      if (entry === null) {
        const page = slotOf(mapping, index).get()
        if (size === 'PMD' && page !== null) {
          i_pages.unlockIrqrestore()
          return '-EEXIST'
        }
        if (page === null) {
          // radix_tree_preload() wants the lock dropped.
          i_pages.unlockIrqrestore()
          i_pages.lockIrqsave()
          const inserted = k.dax_insert_empty_entry(mapping, index, size)
          i_pages.unlockIrqrestore()
          if (inserted === 'again') continue
          if (inserted !== '-EEXIST') k.world.noteLock(lockNameOf(mapping), 'taken')
          return inserted
        }
        k.get_page(page)
        i_pages.unlockIrqrestore()
        k.lock_page(page)
        if (page.mapping.get() === mapping) return page
        k.unlock_page(page)
        k.put_page(page)
        continue
      }
      const [kind] = entry
      if (size === 'PMD' && !isPmdEntry(kind)) {
        k.dax_wake_mapping_entry_waiter(mapping, index, entry, false)
        i_pages.unlockIrqrestore()
        return '-EEXIST'
      }
      setEntry(mapping, index, kind, 'locked')
      if (size === 'PMD' || kind !== 'EMPTY_PMD') {
        i_pages.unlockIrqrestore()
        k.world.noteLock(lockNameOf(mapping), 'taken')
        return kind
      }
      // pmd_downgrade of an empty entry
      i_pages.unlockIrqrestore()
      i_pages.lockIrqsave()
      deleteEntry(mapping, index, entry)
      k.dax_wake_mapping_entry_waiter(mapping, index, entry, true)
      setEntry(mapping, index, 'EMPTY', 'locked')
      i_pages.unlockIrqrestore()
      k.world.noteLock(lockNameOf(mapping), 'taken')
      return 'EMPTY'
    }
  },

  /**
   * __dax_invalidate_mapping_entry: deletes an entry, once it is unlocked; unless `trunc`, only a clean one.
   * @returns whether it did
   */
  __dax_invalidate_mapping_entry(k: Kernel, mapping: AddressSpace, index: number, trunc: boolean): boolean {
    k.world.noteLock(lockNameOf(mapping), 'awaited')
    mapping.i_pages.lockIrqsave()
    const entry = k.get_unlocked_mapping_entry(mapping, index)
    const tags = tagsOf(mapping, startOf(index, entry))
    const deletes = entry !== null && (trunc || !(tags.test('PAGECACHE_TAG_DIRTY') || tags.test('PAGECACHE_TAG_TOWRITE')))
    if (deletes) {
      deleteEntry(mapping, index, entry)
      if (trunc) tags.assign(0)
    }
    if (entry !== null) k.dax_wake_mapping_entry_waiter(mapping, index, entry, false)
    mapping.i_pages.unlockIrqrestore()
    return deletes
  },
}

export const daxEntriesInlines = {
  /** IS_DAX: one look at i_flags. Files elsewhere never have it. */
  IS_DAX(_k: Kernel, mapping: AddressSpace): boolean {
    return mapping.dax?.S_DAX.get() === true
  },

  /** dax_mapping: the same, of a mapping. */
  dax_mapping(k: Kernel, mapping: AddressSpace): boolean {
    return k.IS_DAX(mapping)
  },

  /** dax_wake_mapping_entry_waiter. Context: any. */
  dax_wake_mapping_entry_waiter(_k: Kernel, mapping: AddressSpace, index: number, entry: DaxEntry, wake_all: boolean): void {
    const wq = waitersOf(mapping, index, entry)
    if (wq.isEmpty()) return
    if (wake_all) wq.clear()
    else wq.shift()
  },

  /** The part of grab_mapping_entry that inserts an empty, locked entry. Context: tree lock held, which was given up since the last look. */
  dax_insert_empty_entry(_k: Kernel, mapping: AddressSpace, index: number, size: DaxSize): DaxEntryKind | 'again' | '-EEXIST' {
    if (entryAt(mapping, index) !== null || slotOf(mapping, index).get() !== null) return 'again'
    if (size === 'PTE') {
      setEntry(mapping, index, 'EMPTY', 'locked')
      return 'EMPTY'
    }
    for (let other = index + 1; other < Math.min(index + HPAGE_PMD_NR, mapping.slots.length); other++) {
      if (entryCell(mapping, other).get() !== null || slotOf(mapping, other).get() !== null) return '-EEXIST'
    }
    setEntry(mapping, index, 'EMPTY_PMD', 'locked')
    return 'EMPTY_PMD'
  },
}

/** The DAX side of a file that has one. */
export function daxOf(mapping: AddressSpace): DaxInode {
  if (mapping.dax === null) throw new RangeError(`${mapping.name} is not on a DAX device: open it with DaxOptions`)
  return mapping.dax
}

/** What the report of lock orders calls the lock of the entries of a file. */
export function lockNameOf(mapping: AddressSpace): string {
  return `${mapping.name}.dax_entry`
}

export const isPmdEntry = (kind: DaxEntryKind): boolean => kind === 'PMD' || kind === 'EMPTY_PMD'
export const isEmptyEntry = (kind: DaxEntryKind): boolean => kind === 'EMPTY' || kind === 'EMPTY_PMD'

/** The first index of the huge entry that an index may be part of. */
export const pmdStart = (index: number): number => index - (index % HPAGE_PMD_NR)

/** The first index of an entry. */
export function startOf(index: number, entry: DaxEntry | null): number {
  const kind = entry?.[0] ?? 'EMPTY'
  return isPmdEntry(kind) ? pmdStart(index) : index
}

function entryCell(mapping: AddressSpace, index: number): DaxInode['entries'][number] {
  return daxOf(mapping).entries[index] as DaxInode['entries'][number]
}

function waitersOf(mapping: AddressSpace, index: number, entry: DaxEntry): DaxInode['entry_waiters'][number] {
  return daxOf(mapping).entry_waiters[startOf(index, entry)] as DaxInode['entry_waiters'][number]
}

/** The entry that an index is in: one of its own, or a huge one. */
export function entryAt(mapping: AddressSpace, index: number): DaxEntry | null {
  const own = entryCell(mapping, index).get()
  const start = pmdStart(index)
  if (own !== null || start === index) return own
  const huge = entryCell(mapping, start).get()
  return huge !== null && isPmdEntry(huge[0]) ? huge : null
}

/** Stores an entry where it belongs. Context: tree lock held. */
export function setEntry(mapping: AddressSpace, index: number, kind: DaxEntryKind, locked: DaxEntry[1]): void {
  const entry: DaxEntry = [kind, locked]
  entryCell(mapping, startOf(index, entry)).set(entry)
}

/** Takes an entry out. Context: tree lock held. */
export function deleteEntry(mapping: AddressSpace, index: number, entry: DaxEntry): void {
  entryCell(mapping, startOf(index, entry)).set(null)
}
