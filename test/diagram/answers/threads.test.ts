import { describe, expect, test } from 'vitest'
import { answerTo, parts } from './question.js'

const threads = new Map(parts('../threads').map(({ name, text }) => [name, text]))

describe('what the threads draw', () => {
  test.each([
    ['wilcox-2020-1833', 'writeback-wakeup/write-cache-pages', []],
    ['wilcox-2020-2015', 'writeback-wakeup/truncate-waits', []],
    ['kara-2020-wakeup', 'writeback-wakeup/reuse-by-truncate', []],
    ['kara-2018-mkwrite', 'dirty-without-mkwrite/fast-gup', []],
    ['huang-2022-mapcount', 'madv-free-direct-io/fork-during-dontneed', ['mapcount-first']],
    ['kara-2012-hole-punch', 'hole-punch-fault/store', []],
    ['dax-2017-fault-against-switch', 'dax-flag-switch/store-off', []],
    ['dax-2017-fault-while-switching', 'dax-flag-switch/store-off', []],
  ])('%s is possible in %s', (name, target, fixes) => {
    const { answer, rows, matched } = answerTo(threads.get(name) ?? '', target, fixes)
    expect({ answer, matched }).toEqual({ answer: 'possible', matched: rows })
    expect(rows).toBeGreaterThan(2)
  })
})

/** Of kara-2018-buffers what kswapd does, and where direct I/O takes its reference. */
const kswapd = (before: string): string => `
CPU1                                CPU2 (kswapd)

${before}                                    shrink_page_list()
                                      trylock_page(page)
                                      pageout(page)
                                        clear_page_dirty_for_io(page)
                                      try_to_release_page(page)
                                      __remove_mapping(page) -> fails
set_page_dirty(page)
`
/** Milliseconds for a million states on a busy machine. */
const LONG = 300_000
const REFERENCE = 'get_user_pages_fast()\n'

describe('kara-2018-buffers', () => {
  test('no program of the race has all that is drawn: it is asked of one that is composed, and three looks of reclaim keep it from happening', () => {
    const { answer, matched, rows, guards } = answerTo(threads.get('kara-2018-buffers') ?? '', 'dirty-without-buffers/direct-read+kswapd')
    expect({ answer, matched, rows }).toEqual({ answer: 'impossible', matched: 13, rows: 20 })
    const [set = []] = guards?.sets ?? []
    expect(set.map(({ name }) => / \((\w+)/.exec(name)?.[1])).toEqual(['is_page_cache_freeable', 'page_check_references', 'PageReclaim'])
  }, LONG)

  test('kswapd can not write a page that direct I/O has by then, for pageout looks at the references first', () => {
    expect(answerTo(kswapd(REFERENCE), 'dirty-without-buffers/kswapd-pageout').answer).toBe('impossible')
  })

  test('it takes the buffers where somebody else has written it', () => {
    const text = kswapd('').replace(/^ +(pageout|clear_page_dirty_for_io)\(page\)\n/gm, '')
    expect(text).not.toContain('pageout')
    expect(answerTo(text, 'dirty-without-buffers/kswapd').answer).toBe('possible')
  })
})
