import { describe, expect, test } from 'vitest'
import { explainDiagram } from '../../src/diagram/explain.js'
import { NameMatcher, type Meaning } from '../../src/diagram/names.js'
import { isOperation, operationText } from '../../src/diagram/operations.js'
import { readDiagram } from '../../src/diagram/read.js'
import type { TraceStep } from '../../src/engine/result.js'

const FUNCTIONS = [
  'lock_page',
  'trylock_page',
  'end_page_writeback',
  'test_clear_page_writeback',
  'wait_on_page_writeback',
  'put_page',
  'get_page',
  'shrink_page_list',
  'try_to_unmap',
  'try_to_unmap_one',
  '__get_user_pages',
  'get_user_pages_fast',
  'gup_pte_range',
  'gup_huge_pmd',
  'ext4_writepage',
  'xfs_vm_writepage',
  'ext4_page_mkwrite',
  'truncate_inode_pages_range',
  '__remove_mapping',
  'do_blockdev_direct_IO',
  '__blkdev_direct_IO',
  '__blkdev_direct_IO_simple',
  'fallocate_punch_hole',
  'bio_endio',
  'fsync',
  'smp_rmb',
]
const matcher = new NameMatcher({
  functions: FUNCTIONS,
  phrases: [{ words: 'remove file blocks', meaning: { kind: 'function', name: 'fallocate_punch_hole', by: 'phrase' } }],
})

function words(meanings: readonly Meaning[]): string {
  return meanings.map((meaning) => (meaning.kind === 'function' ? meaning.name : operationText(meaning.operation))).join(' or ')
}

/** What the first cell of a diagram with this one means. */
function meaningOf(text: string): string {
  const cell = readDiagram(
    `CPU1                                                CPU2\n${text}\n                                                    fsync(fd)\n`,
  ).rows[0]?.cells[0]
  return cell === undefined
    ? ''
    : matcher
        .match(cell)
        .map((step) => words(step.meanings))
        .join('; ')
}

describe('names are found', () => {
  test.each([
    ['lock_page(page)', 'lock_page'],
    ['try_to_unmap_one', 'try_to_unmap_one'],
    ['folio_lock(folio)', 'lock_page'],
    ['folio_end_writeback(folio)', 'end_page_writeback'],
    ['shrink_folio_list()', 'shrink_page_list'],
    ['Try_To_Unmap(page)', 'try_to_unmap'],
    ['get_user_pages()', '__get_user_pages'],
    ['remove_mapping(page)', '__remove_mapping'],
    ['->writepage()', 'ext4_writepage or xfs_vm_writepage'],
    ['mapping->a_ops->page_mkwrite(vma)', 'ext4_page_mkwrite'],
    ['gup_{pgd,p4d,pud,pmd,pte}_range()', 'gup_pte_range'],
    ['__blkdev_direct_IO[_simple]()', '__blkdev_direct_IO or __blkdev_direct_IO_simple'],
    ['try_to_unmap[_one](page)', 'try_to_unmap or try_to_unmap_one'],
    ['do_direct_IO()', 'do_blockdev_direct_IO'],
    ['truncate_pagecache_range()', 'truncate_inode_pages_range'],
    ['punch_hole(file, 0, 4096)', 'fallocate_punch_hole'],
    ['remove file blocks', 'fallocate_punch_hole'],
    ['lock_page(page); put_page(page);', 'lock_page; put_page'],
  ])('%s is %s', (text, expected) => {
    expect(meaningOf(text)).toBe(expected)
  })
})

describe('operations are found', () => {
  test.each([
    ['TestClearPageDirty(page)', 'clear PG_dirty'],
    ['folio_test_writeback(folio)', 'test PG_writeback'],
    ['SetPageLRU(page)', 'set PG_lru'],
    ['clear PG_writeback', 'clear PG_writeback'],
    ['sets the dirty bit', 'set PG_dirty'],
    ['spin_lock(ptl)', 'take ptl'],
    ['spin_unlock(&mapping->tree_lock)', 'release i_pages'],
    ['down_read(&mm->mmap_sem)', 'take mmap_lock for reading'],
    ['mmap_read_lock(mm)', 'take mmap_lock for reading'],
    ['mutex_lock(&inode->i_mutex)', 'take i_rwsem'],
    ['takes the page table lock', 'take ptl'],
    ['refcount 2->3', 'refcount goes from 2 to 3'],
    ['page PG_dirty 1->0', 'PG_dirty goes from 1 to 0'],
    ['drops the reference', 'drop refcount'],
    ['page_count(page)', 'count refcount'],
    ['page_mapcount()', 'count mapcount'],
    ['atomic_add_negative(-1, &page->_mapcount)', 'drop mapcount'],
    ['free page', 'free page'],
    ['page is freed', 'free page'],
    ['reallocate page for something else', 'alloc page'],
    ['page->mapping = NULL;', 'store mapping'],
    ['free page, alloc page', 'free page; alloc page'],
  ])('%s means: %s', (text, expected) => {
    expect(meaningOf(text)).toBe(expected)
  })
})

describe('what is not known is said to be unknown', () => {
  test('a name that is nearly one of the model is a suggestion, not a meaning', () => {
    const [cell] = readDiagram('CPU1             CPU2\nlock_pages(page)\n                 fsync()\n').rows[0]?.cells ?? []
    const [step] = cell === undefined ? [] : matcher.match(cell)
    expect(step?.meanings).toEqual([])
    expect(step?.suggestions).toContain('lock_page')
  })

  test.each(['the weather changes', 'ext5_frobnicate(inode)', 'locks are nice', 'x = y'])('%s', (text) => {
    expect(meaningOf(text)).toBe('')
  })
})

describe('an operation is known in a trace', () => {
  const step = (part: Partial<TraceStep>): TraceStep => ({
    type: 'step',
    task: 0,
    depth: 0,
    index: 0,
    op: '',
    object: '',
    detail: '',
    result: '',
    changes: [],
    reads: [],
    writes: [],
    failures: [],
    ...part,
  })
  const cleared = step({
    op: 'test_and_clear',
    object: 'page0.flags',
    detail: 'PG_writeback',
    result: 'true',
    changes: [{ object: 'page0.flags', part: 'PG_writeback', before: '1', after: '0' }],
  })
  const counted = step({
    op: 'inc',
    object: 'page0.refcount',
    changes: [{ object: 'page0.refcount', part: 'page0.refcount', before: '2', after: '3' }],
  })

  test('by what it changed', () => {
    expect(isOperation({ effect: 'clear', part: 'PG_writeback' }, cleared)).toBe(true)
    expect(isOperation({ effect: 'clear', part: 'PG_dirty' }, cleared)).toBe(false)
    expect(isOperation({ effect: 'set', part: 'PG_writeback' }, cleared)).toBe(false)
    expect(isOperation({ effect: 'gain', part: 'refcount' }, counted)).toBe(true)
    expect(isOperation({ effect: 'drop', part: 'refcount' }, counted)).toBe(false)
    expect(isOperation({ effect: 'change', part: 'refcount', before: '2', after: '3' }, counted)).toBe(true)
    expect(isOperation({ effect: 'change', part: 'refcount', before: '1', after: '2' }, counted)).toBe(false)
  })

  test('by the lock it took, and for what', () => {
    const read = step({ op: 'down_read', object: 'mm0.mmap_lock' })
    expect(isOperation({ effect: 'take', part: 'mmap_lock' }, read)).toBe(true)
    expect(isOperation({ effect: 'take', part: 'mmap_lock', for: 'writing' }, read)).toBe(false)
    expect(isOperation({ effect: 'take', part: 'ptl' }, step({ op: 'spin_trylock', object: 'mm0.ptl', result: 'false' }))).toBe(false)
  })
})

test('an explanation shows the cut, the rows, what is unknown and what was guessed', () => {
  const text = [
    'CPU1                      CPU2',
    'folio_lock(folio)',
    '  frobnicate()            end_page_writeback(page)',
    '                          page is freed',
  ].join('\n')
  const explained = explainDiagram({ diagram: readDiagram(text), match: (cell) => matcher.match(cell) })
  expect(explained).toBe(
    [
      'lines 1 to 4: 2 columns (headers and cells agree)',
      '  1. CPU1',
      '  2. CPU2',
      '',
      'as it was cut:',
      '  CPU1                      CPU2',
      '  [1-]                      [2-]',
      '  folio_lock(folio)',
      '  [1--------------]',
      '    frobnicate()            end_page_writeback(page)',
      '    [1---------]            [2---------------------]',
      '                            page is freed',
      '                            [2----------]',
      '',
      'row by row:',
      '   1 [1] folio_lock(folio)',
      '         = call of lock_page (era) entered',
      '   2 [1]   frobnicate()',
      '           = frobnicate(): not understood',
      '   & [2] end_page_writeback(page)',
      '         = call of end_page_writeback',
      '   3 [2] page is freed',
      '         = operation: free page',
      '',
      'not understood, and so not checked:',
      '  line 3: frobnicate()',
      '',
      'guessed:',
      '  line 3: side by side, taken as in any order: "frobnicate()" and "end_page_writeback(page)"',
    ].join('\n'),
  )
})
