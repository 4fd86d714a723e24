/** include/linux/page-flags.h: the bits the model has, and their accessors. Each accessor is one atomic operation. */
import type { Kernel } from '../../kernel.js'
import type { Page } from './mm-types.js'

export const PAGE_FLAGS = [
  'PG_locked',
  'PG_waiters',
  'PG_writeback',
  'PG_dirty',
  'PG_private',
  'PG_lru',
  'PG_reclaim',
  'PG_referenced',
  'PG_swapbacked',
  'PG_swapcache',
  'PG_head',
  /** Kept in v3.4 only: elsewhere a page that is not up to date is locked. */
  'PG_uptodate',
  /** Not a bit of the kernel's: a hole page of DAX, the one kind that is not up to date and not locked. Kept for fault-around only. */
  'PG_hole',
] as const

export const PageLocked = (page: Page): boolean => page.flags.test('PG_locked')
export const PageWriteback = (page: Page): boolean => page.flags.test('PG_writeback')
export const TestSetPageWriteback = (page: Page): boolean => page.flags.testAndSet('PG_writeback')
export const TestClearPageWriteback = (page: Page): boolean => page.flags.testAndClear('PG_writeback')
export const PageDirty = (page: Page): boolean => page.flags.test('PG_dirty')
export const SetPageDirty = (page: Page): void => page.flags.set('PG_dirty')
export const ClearPageDirty = (page: Page): void => page.flags.clear('PG_dirty')
export const TestSetPageDirty = (page: Page): boolean => page.flags.testAndSet('PG_dirty')
export const TestClearPageDirty = (page: Page): boolean => page.flags.testAndClear('PG_dirty')
export const PagePrivate = (page: Page): boolean => page.flags.test('PG_private')
export const SetPagePrivate = (page: Page): void => page.flags.set('PG_private')
export const ClearPagePrivate = (page: Page): void => page.flags.clear('PG_private')
export const PageLRU = (page: Page): boolean => page.flags.test('PG_lru')
export const SetPageLRU = (page: Page): void => page.flags.set('PG_lru')
export const ClearPageLRU = (page: Page): void => page.flags.clear('PG_lru')
export const PageReclaim = (page: Page): boolean => page.flags.test('PG_reclaim')
export const SetPageReclaim = (page: Page): void => page.flags.set('PG_reclaim')
export const ClearPageReclaim = (page: Page): void => page.flags.clear('PG_reclaim')
export const PageReferenced = (page: Page): boolean => page.flags.test('PG_referenced')
export const SetPageReferenced = (page: Page): void => page.flags.set('PG_referenced')
export const TestClearPageReferenced = (page: Page): boolean => page.flags.testAndClear('PG_referenced')
export const ClearPageReferenced = (page: Page): void => page.flags.clear('PG_referenced')
export const PageSwapBacked = (page: Page): boolean => page.flags.test('PG_swapbacked')
export const SetPageSwapBacked = (page: Page): void => page.flags.set('PG_swapbacked')
export const ClearPageSwapBacked = (page: Page): void => page.flags.clear('PG_swapbacked')
export const PageSwapCache = (page: Page): boolean => page.flags.test('PG_swapcache')
export const SetPageSwapCache = (page: Page): void => page.flags.set('PG_swapcache')
export const ClearPageSwapCache = (page: Page): void => page.flags.clear('PG_swapcache')

/** PageAnon: the page's mapping is an anon_vma (told from a file by a tag bit of the pointer, not by a flag). */
export function PageAnon(page: Page): boolean {
  const mapping = page.mapping.get()
  return mapping !== null && 'areas' in mapping
}

/** page_mapped, of a base page. */
export const page_mapped = (page: Page): boolean => page.mapcount.get() > 0

/** Sets a bit by reading the word and writing it back: what happens to the word in between is undone. */
export function __SetPageFlag(page: Page, bit: 'PG_locked' | 'PG_swapbacked' | 'PG_hole'): void {
  const word = page.flags.get()
  page.flags.assign(word | page.flags.mask(bit))
}

/** Clears a bit by reading the word and writing it back. */
export function __ClearPageFlag(page: Page, bit: 'PG_waiters' | 'PG_locked'): void {
  const word = page.flags.get()
  page.flags.assign(word & ~page.flags.mask(bit))
}

/**
 * The accessors whose policy is PF_ONLY_HEAD. They are inline functions of the kernel: a failure in them is reported in
 * their caller.
 */
export const pageFlags = {
  /** compound_head: the page whose references, lock and flags stand for those of a page of a huge page. */
  compound_head(k: Kernel, page: Page): Page {
    return k.config.thp ? (page.compound_head.get() ?? page) : page
  },
  /** Whether this is the head of a huge page. */
  PageHead(k: Kernel, page: Page): boolean {
    return k.config.thp && page.flags.test('PG_head')
  },
  /** PageCompound: whether this is a part of a huge page. */
  PageCompound(k: Kernel, page: Page): boolean {
    return k.config.thp && (page.flags.test('PG_head') || page.compound_head.get() !== null)
  },
  /** PF_ONLY_HEAD: asserts that the page is no tail, with CONFIG_DEBUG_VM_PGFLAGS only. Any context. */
  PF_ONLY_HEAD(k: Kernel, page: Page): void {
    if (k.config.debugVm) k.VM_BUG_ON(page.compound_head.get() !== null, 'PageTail(page)')
  },
  /** A hint, true if somebody may wait: may be set though nobody waits, never clear while somebody is queued. */
  PageWaiters(k: Kernel, page: Page): boolean {
    k.PF_ONLY_HEAD(page)
    return page.flags.test('PG_waiters')
  },
  /** Called by waiters, under the lock of the wait queue. */
  SetPageWaiters(k: Kernel, page: Page): void {
    k.PF_ONLY_HEAD(page)
    page.flags.set('PG_waiters')
  },
  /** Called by wakers, under the lock of the wait queue. */
  ClearPageWaiters(k: Kernel, page: Page): void {
    k.PF_ONLY_HEAD(page)
    page.flags.clear('PG_waiters')
  },
}
