/** mm/filemap.c, v5.10-rc5: the page cache, and waiting for bits of a page. */
import type { Kernel } from '../kernel.js'
import type { AddressSpace, Bio, Mm, Page, PagecacheTag, SyncMode, WaitBit, WaitEntry, WaitQueueHead } from '../include/linux/mm-types.js'
import { ClearPageReclaim, PageLocked, PageReclaim, PageSwapCache, __SetPageFlag } from '../include/linux/page-flags.js'
import type { FaultedPage } from './memory.js'

/** What a waiter does with the bit, and with its reference. */
export type Behavior = 'EXCLUSIVE' | 'SHARED' | 'DROP'

/** Queues are hashed by the page's address: waiters of different pages may share one. */
export function page_waitqueue(k: Kernel, page: Page): WaitQueueHead {
  return k.page_wait_table[k.memory.indexOf(page) % k.page_wait_table.length] as WaitQueueHead
}

/** Whether an entry waits for this page, by address: an earlier or later use of the same memory is the same address. */
export function waits_for_page(k: Kernel, entry: Exclude<WaitEntry, string>, page: Page): boolean {
  return k.memory.same(entry[1], page)
}

export const filemap = {
  /**
   * wake_page_function, since 2a9127fcf229. Context: any, under the lock of the wait queue.
   * An exclusive waiter is woken only if the bit is clear, and is given the bit first if it asked for that. A waiter that
   * is not exclusive is woken without a look at the bit.
   * @returns -1 to stop the walk, 1 if an exclusive waiter was woken, 0 otherwise
   */
  wake_page_function(k: Kernel, entry: Exclude<WaitEntry, string>, page: Page, bit: WaitBit): number {
    const [waiter, , , kind] = entry
    let flags = waiter.flags.mask('WQ_FLAG_WOKEN')
    if (kind !== 'shared') {
      if (page.flags.test(bit)) return -1
      if (kind === 'handoff') {
        if (page.flags.testAndSet(bit)) return -1
        flags |= waiter.flags.mask('WQ_FLAG_DONE')
      }
    }
    waiter.flags.assign(flags)
    page_waitqueue(k, page).entries.remove(entry)
    return kind === 'shared' ? 0 : 1
  },

  /**
   * __wake_up_common with a bookmark (kernel/sched/wait.c). Context: under the lock of the wait queue.
   * Walks on from the bookmark, if there is one, and leaves one after `bookmarkAfter` entries (64 in the kernel).
   * @returns whether an entry of this page was met, and whether a bookmark was left
   */
  __wake_up_common(k: Kernel, page: Page, bit: WaitBit, bookmark: string, resume: boolean): readonly [matched: boolean, unfinished: boolean] {
    const { entries } = page_waitqueue(k, page)
    const all = entries.all()
    if (resume) entries.remove(bookmark)
    let matched = false
    let walked = 0
    for (let i = resume ? all.indexOf(bookmark) + 1 : 0; i < all.length; i++) {
      const entry = all[i] as WaitEntry
      if (typeof entry === 'string') continue
      if (waits_for_page(k, entry, page)) {
        matched = true
        if (entry[2] === bit && k.wake_page_function(entry, page, bit) !== 0) return [matched, false]
      }
      const following = all[i + 1]
      if (++walked >= k.config.bookmarkAfter && following !== undefined) {
        entries.insertBefore(bookmark, following)
        return [matched, true]
      }
    }
    return [matched, false]
  },

  /**
   * wake_up_page_bit. Context: any, also completion interrupts; touches the page to the end.
   * Not atomic: at a bookmark the lock is dropped, and whoever has queued meanwhile is woken too. PG_waiters is cleared if
   * the queue is empty or held no entry of this page; with a collision it may stay set.
   */
  wake_up_page_bit(k: Kernel, page: Page, bit: WaitBit): void {
    const q = page_waitqueue(k, page)
    const bookmark = `bookmark of ${k.world.currentTask()}`
    q.lock.lockIrqsave()
    const [matched, unfinished] = k.__wake_up_common(page, bit, bookmark, false)
    const page_match = k.world.own('page_match', matched)
    if (unfinished) {
      k.loop(() => {
        q.lock.unlockIrqrestore()
        q.lock.lockIrqsave()
        const [more_matched, more] = k.__wake_up_common(page, bit, bookmark, true)
        if (more_matched) page_match.set(true)
        return more
      })
    }
    k.wake_up_page_bit_walked(page, bit)
    if (q.entries.isEmpty() || !page_match.get()) k.ClearPageWaiters(page)
    q.lock.unlockIrqrestore()
  },

  /** wake_up_page. Context: any. Whoever tests PG_waiters here must have some claim to the page. */
  wake_up_page(k: Kernel, page: Page, bit: WaitBit): void {
    if (k.PageWaiters(page)) k.wake_up_page_bit(page, bit)
  },

  /**
   * wait_on_page_bit_common, since 2a9127fcf229. Context: task. EXCLUSIVE and SHARED hold a reference; DROP gives it up
   * once queued and does not touch the page afterwards.
   * A woken waiter that is not exclusive leaves without testing the bit again.
   * @returns false if a signal ended the wait (only when `killable`)
   */
  wait_on_page_bit_common(k: Kernel, page: Page, bit: WaitBit, behavior: Behavior, killable: boolean): boolean {
    const q = page_waitqueue(k, page)
    const wait = k.current_waiter()
    let unfairness = k.config.unfairness
    for (;;) {
      const kind = behavior !== 'EXCLUSIVE' ? 'shared' : --unfairness < 0 ? 'handoff' : 'exclusive'
      const entry: WaitEntry = [wait, page, bit, kind]
      wait.flags.assign(0)
      // SetPageWaiters comes before the last look at the bit: a waker that has just missed us will see one or the other.
      q.lock.lockIrqsave()
      k.SetPageWaiters(page)
      const free = kind === 'shared' ? !page.flags.test(bit) : !page.flags.testAndSet(bit)
      if (!free) q.entries.push(entry)
      q.lock.unlockIrqrestore()
      if (behavior === 'DROP') k.put_page(page)
      if (free) return true

      k.io_schedule(wait, page, bit, killable)
      if (kind === 'shared') return k.finish_wait(q, entry, wait, killable, 'WQ_FLAG_WOKEN')
      if (!wait.flags.test('WQ_FLAG_WOKEN') || wait.flags.test('WQ_FLAG_DONE')) {
        return k.finish_wait(q, entry, wait, killable, 'WQ_FLAG_DONE')
      }
      if (!page.flags.testAndSet(bit)) {
        k.finish_wait(q, entry, wait, false, 'WQ_FLAG_WOKEN')
        return true
      }
    }
  },

  wait_on_page_bit(k: Kernel, page: Page, bit: WaitBit): void {
    k.wait_on_page_bit_common(page, bit, 'SHARED', false)
  },

  /** put_and_wait_on_page_locked. Context: task; uses up the caller's reference. */
  put_and_wait_on_page_locked(k: Kernel, page: Page): void {
    k.wait_on_page_bit_common(page, 'PG_locked', 'DROP', false)
  },

  /** trylock_page. Context: any. */
  trylock_page(k: Kernel, page: Page): boolean {
    if (page.flags.testAndSet('PG_locked', 'acquire')) return false
    k.lock_owned(page)
    return true
  },

  /** lock_page. Context: task that holds a reference; may sleep. */
  lock_page(k: Kernel, page: Page): void {
    k.world.mightSleep('lock_page')
    k.world.noteLock('PG_locked', 'awaited')
    if (page.flags.testAndSet('PG_locked', 'acquire')) k.wait_on_page_bit_common(page, 'PG_locked', 'EXCLUSIVE', false)
    k.lock_owned(page)
  },

  /** lock_page_killable. @returns false if a signal came first: PG_waiters may stay set then, with nobody waiting */
  lock_page_killable(k: Kernel, page: Page): boolean {
    k.world.mightSleep('lock_page_killable')
    k.world.noteLock('PG_locked', 'awaited')
    if (page.flags.testAndSet('PG_locked', 'acquire') && !k.wait_on_page_bit_common(page, 'PG_locked', 'EXCLUSIVE', true)) return false
    k.lock_owned(page)
    return true
  },

  /**
   * unlock_page. Context: any. Clears PG_locked and samples PG_waiters in one operation; callers hold a reference, or
   * (reclaim) have frozen the count at zero.
   */
  unlock_page(k: Kernel, page: Page): void {
    if (k.config.debugVm) k.VM_BUG_ON(!PageLocked(page), '!PageLocked(page)')
    k.lock_given_up(page)
    if (page.flags.clearAndTest('PG_locked', 'PG_waiters', 'release')) k.wake_up_page_bit(page, 'PG_locked')
  },

  /**
   * end_page_writeback. Context: completion of the bio, or a task whose writepage submitted nothing. Holds no reference of
   * its own: from the moment PG_writeback is clear nothing keeps the page from being freed and used again.
   */
  end_page_writeback(k: Kernel, page: Page): void {
    k.end_page_writeback_reclaim(page)
    if (!k.test_clear_page_writeback(page)) k.BUG('!test_clear_page_writeback(page)')
    k.wake_up_page(page, 'PG_writeback')
  },

  /** page_cache_get_speculative and its callers' second look, as in find_get_entry. Context: any; rcu_read_lock. */
  find_get_page(k: Kernel, mapping: AddressSpace, index: number): Page | null {
    const slot = slotOf(mapping, index)
    for (;;) {
      const page = slot.get()
      if (page === null) return null
      const raw = k.memory.raw(k.memory.indexOf(page))
      if (!raw.refcount.incUnlessZero()) {
        k.world.until(() => slot.get() !== page || raw.refcount.get() > 0, 'the page to leave the page cache')
        continue
      }
      const again = slot.get()
      if (again !== null && k.memory.same(again, page)) return again
      k.put_page(k.present_use(page))
    }
  },

  /** pagevec_lookup_range_tag for one index. @returns the page with a reference, or null if it does not bear the tag */
  find_get_page_tag(k: Kernel, mapping: AddressSpace, index: number, tag: PagecacheTag): Page | null {
    return tagsOf(mapping, index).test(tag) ? k.find_get_page(mapping, index) : null
  },

  /**
   * __add_to_page_cache_locked and add_to_page_cache_lru. Context: task with a page nobody else has.
   * @returns false if another page is there already
   */
  add_to_page_cache_lru(k: Kernel, page: Page, mapping: AddressSpace, index: number): boolean {
    __SetPageFlag(page, 'PG_locked')
    k.lock_owned(page)
    page.refcount.inc()
    page.mapping.set(mapping)
    page.index.set(index)
    mapping.i_pages.lockIrqsave()
    const taken = slotOf(mapping, index).get() !== null
    if (!taken) slotOf(mapping, index).set(page)
    mapping.i_pages.unlockIrqrestore()
    if (taken) {
      page.mapping.set(null)
      k.put_page(page)
      return false
    }
    k.lru_cache_add(page)
    return true
  },

  /** pagecache_get_page with FGP_LOCK, FGP_WRITE and FGP_CREAT. @returns the page, locked and referenced; null without memory */
  grab_cache_page_write_begin(k: Kernel, mapping: AddressSpace, index: number): Page | null {
    for (;;) {
      const found = k.find_get_page(mapping, index)
      if (found !== null) {
        k.lock_page(found)
        if (found.mapping.get() === mapping) return found
        k.unlock_page(found)
        k.put_page(found)
        continue
      }
      const page = k.alloc_page()
      if (page === null) return null
      if (k.add_to_page_cache_lru(page, mapping, index)) return page
      k.lock_given_up(page)
      page.flags.clear('PG_locked')
      k.put_page(page)
    }
  },

  /**
   * page_cache_ra_unbounded (mm/readahead.c) of one page: starts reading it, and gives up its own reference. Context: task.
   * @returns false without memory; true also if somebody else was faster
   */
  page_cache_ra_unbounded(k: Kernel, mapping: AddressSpace, index: number): boolean {
    const page = k.alloc_page()
    if (page === null) return false
    if (k.add_to_page_cache_lru(page, mapping, index)) {
      k.submit_bio(['READ', 'mpage_end_io', [page], mapping, index, null])
    } else {
      k.lock_given_up(page)
      page.flags.clear('PG_locked')
    }
    k.put_page(page)
    return true
  },

  /**
   * mpage_end_io (fs/mpage.c, fs/ext4/readpage.c, fs/iomap/buffered-io.c). Context: completion interrupt. It holds no
   * reference of its own: once the page is unlocked it may be freed before unlock_page has woken its waiters. All kernels do so:
   * what comes of it is explored, the access itself is not reported.
   */
  mpage_end_io(k: Kernel, bio: Bio): void {
    for (const page of bio[2]) k.unlock_page(k.memory.raw(k.memory.indexOf(page)))
  },

  /** __delete_from_page_cache. Context: page lock and i_pages lock held. */
  __delete_from_page_cache(_k: Kernel, page: Page, mapping: AddressSpace): void {
    const index = page.index.get()
    slotOf(mapping, index).set(null)
    tagsOf(mapping, index).assign(0)
    page.mapping.set(null)
  },

  /** delete_from_page_cache. Context: task, page locked. Gives up the page cache's reference. */
  delete_from_page_cache(k: Kernel, page: Page, mapping: AddressSpace): void {
    k.BUG_ON(!PageLocked(page), '!PageLocked(page)')
    mapping.i_pages.lockIrqsave()
    k.__delete_from_page_cache(page, mapping)
    mapping.i_pages.unlockIrqrestore()
    k.put_page(page)
  },

  /** __filemap_fdatawrite_range over the whole file. Context: task. */
  __filemap_fdatawrite_range(k: Kernel, mapping: AddressSpace, sync_mode: SyncMode): void {
    if (k.mapping_tagged(mapping, 'PAGECACHE_TAG_DIRTY')) k.do_writepages(mapping, sync_mode)
  },

  /** __filemap_fdatawait_range over the whole file. Context: task. Waits with a reference, without the page lock. */
  __filemap_fdatawait_range(k: Kernel, mapping: AddressSpace): void {
    for (let index = 0; index < mapping.slots.length; index++) {
      const page = k.find_get_page_tag(mapping, index, 'PAGECACHE_TAG_WRITEBACK')
      if (page === null) continue
      k.wait_on_page_writeback(page)
      k.put_page(page)
    }
  },

  /** filemap_write_and_wait_range over the whole file: what a direct read does first, and fsync. */
  filemap_write_and_wait_range(k: Kernel, mapping: AddressSpace): void {
    if (!mapping.slots.some((slot) => slot.get() !== null)) return
    k.__filemap_fdatawrite_range(mapping, 'WB_SYNC_ALL')
    k.__filemap_fdatawait_range(mapping)
  },

  /**
   * filemap_fault, up to where the page is returned locked. Context: page fault; the wait for the page lock ends with a fatal
   * signal. A page that is being read is locked: that it is not up to date yet needs no saying. `mm` is the address space whose
   * mmap_lock is held and may be given up before anything is waited for (maybe_unlock_mmap_for_io; since v5.1 also before a page is
   * read); null if it may not.
   * @returns the page, locked and referenced; SIGBUS if there is none, for want of memory or beyond the end of the file, or if the task
   * was killed; RETRY if the mmap_lock has been given up
   */
  filemap_fault(k: Kernel, mapping: AddressSpace, index: number, mm: Mm | null): FaultedPage {
    let unlocked = false
    for (;;) {
      const page = k.find_get_page(mapping, index)
      if (page === null) {
        unlocked = k.maybe_unlock_mmap_for_io(mm, unlocked)
        if (!k.filemap_fault_read(mapping, index)) return unlocked ? 'VM_FAULT_RETRY' : 'VM_FAULT_SIGBUS'
        continue
      }
      // lock_page_maybe_drop_mmap
      if (mm === null || !k.trylock_page(page)) {
        unlocked = k.maybe_unlock_mmap_for_io(mm, unlocked)
        if (!k.lock_page_killable(page)) {
          k.put_page(page)
          return unlocked ? 'VM_FAULT_RETRY' : 'VM_FAULT_SIGBUS'
        }
      }
      if (page.mapping.get() !== mapping) {
        k.unlock_page(page)
        k.put_page(page)
        continue
      }
      if (!unlocked) return page
      k.unlock_page(page)
      k.put_page(page)
      return 'VM_FAULT_RETRY'
    }
  },
}

/** Parts of functions of mm/filemap.c that are written out in them, on their own here so that patches can share them. */
export const filemapInlines = {
  /** page_mapping (mm/util.c): the file whose page this is; swap space for an anonymous page of the swap cache, else null for one. */
  page_mapping(k: Kernel, page: Page): AddressSpace | null {
    const mapping = page.mapping.get()
    if (mapping === null || 'i_pages' in mapping) return mapping
    return k.config.swap > 0 && PageSwapCache(page) ? k.swapper_space : null
  },

  /** The beginning of end_page_writeback: a page that reclaim met under writeback goes to the tail of its LRU list. */
  end_page_writeback_reclaim(k: Kernel, page: Page): void {
    if (!PageReclaim(page)) return
    ClearPageReclaim(page)
    k.rotate_reclaimable_page(page)
  },

  /** The place in wake_up_page_bit after the walk, where the queue is still locked: nothing is done there. */
  wake_up_page_bit_walked(_k: Kernel, _page: Page, _bit: WaitBit): void {
    return
  },

  /**
   * do_sync_mmap_readahead: a page that is not in the page cache is read. A file that no area maps (programs may have it faulted
   * on without page tables) ends at what is cached.
   * @returns false if nothing was read
   */
  filemap_fault_read(k: Kernel, mapping: AddressSpace, index: number): boolean {
    return k.expectations.ofFile(mapping) !== undefined && k.page_cache_ra_unbounded(mapping, index)
  },

  /**
   * maybe_unlock_mmap_for_io (mm/internal.h): gives the mmap_lock up, unless that may not be (`mm` is null), or has been done already.
   * @returns whether the mmap_lock has been given up
   */
  maybe_unlock_mmap_for_io(_k: Kernel, mm: Mm | null, unlocked: boolean): boolean {
    if (mm === null || unlocked) return unlocked
    mm.mmap_lock.upRead()
    return true
  },

  /**
   * lock_page_or_retry, __lock_page_or_retry. Context: page fault, a reference held. If the page is locked, and `mm` is not null, its
   * mmap_lock is given up, and the page is waited for, but not locked.
   * @returns whether the page is locked; with `mm` null, false for a signal
   */
  lock_page_or_retry(k: Kernel, page: Page, mm: Mm | null): boolean {
    if (mm === null) return k.lock_page_killable(page)
    if (k.trylock_page(page)) return true
    mm.mmap_lock.upRead()
    if (PageLocked(page)) k.wait_on_page_bit_common(page, 'PG_locked', 'SHARED', true)
    return false
  },

  /** finish_wait: leaves the queue if still on it, so that `flags` are stable. @returns whether `needed` is set */
  finish_wait(_k: Kernel, q: WaitQueueHead, entry: WaitEntry, wait: Exclude<WaitEntry, string>[0], killable: boolean, needed: string): boolean {
    // list_empty_careful: without the lock, which is taken only to leave the queue.
    if (q.entries.has(entry)) {
      q.lock.lockIrqsave()
      q.entries.remove(entry)
      q.lock.unlockIrqrestore()
    }
    return !killable || wait.flags.test(needed)
  },
}

export function slotOf(mapping: AddressSpace, index: number): AddressSpace['slots'][number] {
  return mapping.slots[index] as AddressSpace['slots'][number]
}

export function tagsOf(mapping: AddressSpace, index: number): AddressSpace['tags'][number] {
  return mapping.tags[index] as AddressSpace['tags'][number]
}
