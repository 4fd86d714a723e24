/** What was said in the thread about each fix, in our words. */
import type { RaceFix } from '../race.js'

const BOTH = ['v5.10-rc5', 'v5.8'] as const
const REWRITTEN = ['v5.10-rc5'] as const

export const fixes: readonly RaceFix[] = [
  {
    name: 'warn-unlocked-set',
    author: 'Linus Torvalds',
    date: '2020-08-31',
    summary: 'warn if PG_writeback is set without the page lock',
    kernels: BOTH,
    claims: [
      {
        failure: 'bug-on-writeback',
        says: 'leaves',
        who: 'Linus Torvalds',
        date: '2020-08-31 18:21',
        text: 'A warning to find out whether somebody sets the bit without the lock; it is not meant to change anything.',
      },
    ],
  },
  {
    name: 'weaken-tail-check',
    author: 'Matthew Wilcox',
    date: '2020-08-27',
    summary: 'PageWaiters no longer asserts on tail pages',
    kernels: BOTH,
    claims: [
      {
        failure: 'vm-bug-on-tail',
        says: 'closes',
        who: 'Matthew Wilcox',
        date: '2020-08-27',
        text: 'The check in PageWaiters can be avoided or weakened; cited by Hugh Dickins on 24 Nov.',
      },
      {
        failure: 'unclaimed-access',
        says: 'leaves',
        who: 'Hugh Dickins',
        date: '2020-11-24 04:07',
        text: 'Even looking at an unreferenced struct page is asking for trouble, and the wake-up may clear PG_waiters in it.',
      },
      {
        failure: 'bug-on-writeback',
        says: 'leaves',
        who: 'Hugh Dickins',
        date: '2020-11-24 04:07',
        text: 'Reuse as an ordinary page is much likelier than as a tail, and then its new writer is woken too early.',
      },
    ],
  },
  {
    name: 'hugh-1',
    author: 'Hugh Dickins',
    date: '2020-11-24 04:07',
    summary: 'one function under the i_pages lock: clear, sample PG_waiters, take a reference if it is set; then wake and put',
    kernels: BOTH,
    claims: [
      ...['bug-on-writeback', 'vm-bug-on-tail', 'unclaimed-access'].map((failure) => ({
        failure,
        says: 'closes' as const,
        who: 'Hugh Dickins',
        date: '2020-11-24 04:07',
        text: 'The page cannot leave the page cache while the lock is held, and has a reference afterwards if it is touched at all.',
      })),
      {
        failure: 'lost-wakeup',
        says: 'closes',
        who: 'Hugh Dickins',
        date: '2020-11-24 04:07',
        text: 'No wake-up was ever missed: every waiter holds a reference.',
      },
    ],
  },
  {
    name: 'wake-under-i-pages',
    author: 'Hugh Dickins',
    date: '2020-11-24 04:07',
    summary: 'as hugh-1, but waking while the i_pages lock is held',
    kernels: BOTH,
    claims: [
      ...['bug-on-writeback', 'vm-bug-on-tail', 'unclaimed-access'].map((failure) => ({
        failure,
        says: 'closes' as const,
        who: 'Hugh Dickins',
        date: '2020-11-24 04:07',
        text: 'Waking under the lock that is needed to remove the page is safe; only long hash chains speak against it.',
      })),
    ],
  },
  {
    name: 'writeback-ref',
    author: 'Linus Torvalds',
    date: '2020-11-24 04:26',
    summary: 'PG_writeback comes with a reference, given up at the end of end_page_writeback',
    kernels: BOTH,
    claims: ['bug-on-writeback', 'vm-bug-on-tail', 'unclaimed-access'].map((failure) => ({
      failure,
      says: 'closes' as const,
      who: 'Linus Torvalds',
      date: '2020-11-24 04:26',
      text: 'A simpler way to the same end as the first patch: the page cannot go away before the wake-up.',
    })),
  },
  {
    name: 'hugh-2',
    author: 'Hugh Dickins',
    date: '2020-11-24 16:46',
    summary: 'end_page_writeback takes a reference before it clears the bit and puts it after the wake-up; applied',
    kernels: BOTH,
    claims: [
      ...['bug-on-writeback', 'vm-bug-on-tail', 'unclaimed-access'].map((failure) => ({
        failure,
        says: 'closes' as const,
        who: 'Hugh Dickins',
        date: '2020-11-24 16:46',
        text: 'The page is neither freed nor used again before the wake-up, so nobody else is woken by it.',
      })),
      {
        failure: 'lost-wakeup',
        says: 'closes',
        who: 'Hugh Dickins',
        date: '2020-11-24 16:46',
        text: 'No wake-up was ever missed: every waiter holds a reference.',
      },
    ],
  },
  {
    name: 'while-in-write-cache-pages',
    author: 'Matthew Wilcox',
    date: '2020-11-24 18:33',
    summary: 'write_cache_pages waits for writeback in a loop',
    kernels: BOTH,
    claims: [
      {
        failure: 'bug-on-writeback',
        says: 'closes',
        who: 'Matthew Wilcox',
        date: '2020-11-24 18:33',
        text: 'Spurious wake-ups may happen and do no harm.',
      },
      {
        failure: 'vm-bug-on-tail',
        says: 'leaves',
        who: 'Matthew Wilcox',
        date: '2020-11-24 18:33',
        text: 'The check of PageWaiters in wake_up_page has to go as well.',
      },
      {
        failure: 'foreign-data',
        says: 'leaves',
        who: 'Matthew Wilcox',
        date: '2020-11-24 20:15',
        text: 'Takes the proposal back: truncate waits too, frees the page, and the transfer writes what is put into it next.',
      },
      {
        failure: 'unclaimed-access',
        says: 'leaves',
        who: 'Hugh Dickins',
        date: '2020-11-24 21:46',
        text: 'The struct page is still touched without a reference, and PG_waiters may be cleared in it.',
      },
    ],
  },
  {
    name: 'while-in-wait',
    author: 'Matthew Wilcox, Linus Torvalds',
    date: '2020-11-24 20:15',
    summary: 'wait_on_page_writeback tests the bit again in a loop',
    kernels: BOTH,
    claims: [
      {
        failure: 'foreign-data',
        says: 'closes',
        who: 'Matthew Wilcox',
        date: '2020-11-24 20:15',
        text: 'Spurious wake-ups have to be prevented, unless they are dealt with inside wait_on_page_writeback.',
      },
      {
        failure: 'bug-on-writeback',
        says: 'closes',
        who: 'Linus Torvalds',
        date: '2020-11-24 20:34',
        text: 'Brings back what the old wait did, which tested again in its loop.',
      },
      {
        failure: 'unclaimed-access',
        says: 'leaves',
        who: 'Hugh Dickins',
        date: '2020-11-24 21:46',
        text: 'The struct page is still touched without a reference, and PG_waiters may be cleared in it.',
      },
      {
        failure: 'vm-bug-on-tail',
        says: 'leaves',
        who: 'Hugh Dickins',
        date: '2020-11-24 21:46',
        text: 'Would need a further patch for the check of tails.',
      },
    ],
  },
  {
    name: 'clear-in-wake',
    author: 'Linus Torvalds',
    date: '2020-11-25 21:30',
    summary: 'PG_writeback is cleared in wake_up_page_bit, after the walk, under the lock of the queue; by cmpxchg when nobody waits',
    kernels: REWRITTEN,
    claims: [
      {
        failure: 'bug-on-writeback',
        says: 'closes',
        who: 'Linus Torvalds',
        date: '2020-11-25 21:30',
        text: 'Clearing the bit becomes atomic with respect to waiters; it is cleared at the end, when everybody has been woken.',
      },
      {
        failure: 'unclaimed-access',
        says: 'closes',
        who: 'Linus Torvalds',
        date: '2020-11-25 21:30',
        text: 'An alternative to the reference: up to the end the bit keeps the page.',
      },
    ],
  },
  {
    name: 'clear-in-wake-lock',
    author: 'Linus Torvalds',
    date: '2020-11-25 21:30',
    summary: 'clear-in-wake, and the same for PG_locked, which stays set when the lock is handed over',
    kernels: REWRITTEN,
    claims: [
      {
        failure: 'two-lock-owners',
        says: 'leaves',
        who: 'Linus Torvalds',
        date: '2020-11-25 22:01',
        text: 'The waker does not know whether it has handed the lock over, so it does not know whether to clear the bit.',
      },
    ],
  },
]
