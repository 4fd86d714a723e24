/** The fixes of the thread, as patches. They compose in the order in which they are named. */
import type { Page, WaitBit } from '../../kernel/include/linux/mm-types.js'
import { PageLocked, PageWriteback, TestClearPageWriteback } from '../../kernel/include/linux/page-flags.js'
import { patch, type Kernel, type Patch } from '../../kernel/kernel.js'
import { page_waitqueue, tagsOf } from '../../kernel/mm/filemap.js'

/** Linus Torvalds, 31 Aug: not a fix but a question. */
const warnUnlockedSet = patch('warn-unlocked-set', {
  __test_set_page_writeback(k, base, page) {
    k.WARN_ON(!PageLocked(page), '!PageLocked(page)')
    return base(page)
  },
})

/** Matthew Wilcox, 27 Aug, as cited by Hugh Dickins: PageWaiters() may be asked of tails. */
const weakenTailCheck = patch('weaken-tail-check', {
  PageWaiters: (_k, _base, page) => page.flags.test('PG_waiters'),
})

/**
 * The one function of Hugh Dickins' first patch. Under the i_pages lock, without which the page cannot leave the page
 * cache, PG_writeback is cleared and PG_waiters sampled; `ifWaiters` is done before the lock is dropped.
 */
function clearAndSampleUnderIPages(k: Kernel, page: Page, ifWaiters: () => void): readonly [writeback: boolean, waiters: boolean] {
  const mapping = k.page_mapping(page)
  mapping?.i_pages.lockIrqsave()
  const writeback = TestClearPageWriteback(page)
  const waiters = page.flags.test('PG_waiters')
  if (waiters) ifWaiters()
  if (mapping !== null) {
    tagsOf(mapping, page.index.get()).clear('PAGECACHE_TAG_WRITEBACK')
    mapping.i_pages.unlockIrqrestore()
  }
  return [writeback, waiters]
}

/** Hugh Dickins, 24 Nov 04:07, as posted: a reference if there are waiters, the wake-up after the lock. */
const hugh1 = patch('hugh-1', {
  end_page_writeback(k, _base, page) {
    k.end_page_writeback_reclaim(page)
    const [writeback, waiters] = clearAndSampleUnderIPages(k, page, () => k.get_page(page))
    if (waiters) {
      k.wake_up_page_bit(page, 'PG_writeback')
      k.put_page(page)
    }
    k.BUG_ON(!writeback, '!writeback')
  },
})

/** Hugh Dickins, same mail, the variant he tested too: the wake-up under the lock. */
const wakeUnderIPages = patch('wake-under-i-pages', {
  end_page_writeback(k, _base, page) {
    k.end_page_writeback_reclaim(page)
    const [writeback] = clearAndSampleUnderIPages(k, page, () => k.wake_up_page_bit(page, 'PG_writeback'))
    k.BUG_ON(!writeback, '!writeback')
  },
})

/** Linus Torvalds, 24 Nov 04:26: PG_writeback is a reference, from when it is set to the end of end_page_writeback. */
const writebackRef = patch('writeback-ref', {
  __test_set_page_writeback(k, base, page) {
    const was = base(page)
    if (!was) k.get_page(page)
    return was
  },
  end_page_writeback(k, base, page) {
    base(page)
    k.put_page(page)
  },
})

/** Hugh Dickins, 24 Nov 16:46, applied. */
const hugh2 = patch('hugh-2', {
  end_page_writeback(k, base, page) {
    k.get_page(page)
    base(page)
    k.put_page(page)
  },
})

/** Matthew Wilcox, 24 Nov 18:33. */
const whileInWriteCachePages = patch('while-in-write-cache-pages', {
  write_cache_pages_wait(k, _base, page, sync_mode) {
    while (PageWriteback(page)) {
      if (sync_mode === 'WB_SYNC_NONE') return false
      k.wait_on_page_writeback(page)
    }
    return true
  },
})

/** Matthew Wilcox, 24 Nov 20:15, and Linus Torvalds, 20:34; merged for 5.11 and 5.10.7. */
const whileInWait = patch('while-in-wait', {
  wait_on_page_writeback(k, _base, page) {
    k.world.mightSleep('wait_on_page_writeback')
    k.loop(() => {
      if (!PageWriteback(page)) return false
      k.wait_on_page_bit(page, 'PG_writeback')
      return true
    })
  },
})

/** The bit is cleared by compare-and-exchange while nobody waits, else by wake_up_page_bit when it has walked the queue. */
function clearOrWake(k: Kernel, page: Page, bit: WaitBit): void {
  for (;;) {
    const word = page.flags.get()
    if ((word & page.flags.mask('PG_waiters')) !== 0) break
    k.WARN_ON((word & page.flags.mask(bit)) === 0, `!${bit}`)
    if (page.flags.compareExchange(word, word & ~page.flags.mask(bit))) return
  }
  k.wake_up_page_bit(page, bit)
}

/**
 * Linus Torvalds, 25 Nov 21:30. His sketch speaks of the flag only; the xarray's tag is cleared before it, under its own
 * lock, while PG_writeback still keeps the page in place.
 */
const clearInWake = patch('clear-in-wake', {
  end_page_writeback(k, _base, page) {
    k.end_page_writeback_reclaim(page)
    const mapping = k.page_mapping(page)
    if (mapping !== null) {
      mapping.i_pages.lockIrqsave()
      tagsOf(mapping, page.index.get()).clear('PAGECACHE_TAG_WRITEBACK')
      mapping.i_pages.unlockIrqrestore()
    }
    clearOrWake(k, page, 'PG_writeback')
  },
  wake_up_page_bit_walked(_k, base, page, bit) {
    base(page, bit)
    if (bit === 'PG_writeback') page.flags.clear(bit)
  },
})

/**
 * The same for PG_locked: the bit is still set when waiters are woken, and one that is handed the lock keeps it so. The
 * waker is not told (Linus Torvalds, 22:01) and clears the bit at the end.
 */
const clearInWakeLock = patch('clear-in-wake-lock', {
  ...clearInWake.replacements,
  unlock_page(k, _base, page) {
    if (k.config.debugVm) k.VM_BUG_ON(!PageLocked(page), '!PageLocked(page)')
    k.lock_given_up(page)
    clearOrWake(k, page, 'PG_locked')
  },
  wake_page_function(k, base, entry, page, bit) {
    if (bit !== 'PG_locked' || entry[3] === 'shared') return base(entry, page, bit)
    const { flags } = entry[0]
    flags.assign(entry[3] === 'handoff' ? flags.mask('WQ_FLAG_WOKEN', 'WQ_FLAG_DONE') : flags.mask('WQ_FLAG_WOKEN'))
    page_waitqueue(k, page).entries.remove(entry)
    return 1
  },
  wake_up_page_bit_walked(_k, base, page, bit) {
    base(page, bit)
    page.flags.clear(bit)
  },
})

export const patches: readonly Patch[] = [
  warnUnlockedSet,
  weakenTailCheck,
  hugh1,
  wakeUnderIPages,
  writebackRef,
  hugh2,
  whileInWriteCachePages,
  whileInWait,
  clearInWake,
  clearInWakeLock,
]
