/** Diagrams made of a number: the same every time. */
import type { Draft, DraftCell } from '../../src/diagram/types.js'

const HEADERS = ['CPU1', 'CPU2', 'CPU3', 'Thread A', 'Task 7', 'kswapd', 'flusher', 'CPU0/Process A', 'P1 (fsync)']
/** No `->writepage`: where all lines of a column begin with an arrow, arrows draw a tree. */
const NAMES = [
  'lock_page',
  'put_page',
  'a_ops->writepage',
  'gup_{pgd,pud}_range',
  'try_to_unmap_one',
  'get_user_pages_fast',
  'fsync',
  'mapping->a_ops->releasepage',
]
const ARGUMENTS = [
  '',
  'page',
  'page, mapping',
  '&page->_mapcount',
  'inode->i_mapping, 0, LLONG_MAX, WB_SYNC_ALL',
  'file, 0, 4096, &written, iocb->ki_flags',
]
const STATEMENTS = [
  'free page',
  'page->mapping = NULL',
  'goto out;',
  'refcount 2->3',
  'page PG_dirty 1->0',
  'alloc page for something else',
  'somebody else writes the page that was freed a moment ago by the other task',
]
const RESULTS = ['-> fails', '== 0', '= true', 'returns -EBUSY', '-> 4096']
const CONTEXTS = ['<preempted>', '<Interrupt>', '<blocked: PG_locked of the page to be clear, held by the flusher>', 'schedule', '... continue ...']
const NOTES = ['nobody holds a reference', 'this is what the comment in the file promises to everybody who reads it, at length']
const REMARKS = ['takes a reference', 'the last one']

/** A small generator (xorshift), so that no two series share their diagrams. */
class Dice {
  private state: number

  constructor(seed: number) {
    this.state = (Math.imul(seed + 1, 0x9e3779b1) ^ 0x2545f491) >>> 0 || 1
    for (let round = 0; round < 8; round++) this.below(2)
  }

  below(n: number): number {
    let x = this.state
    x ^= x << 13
    x ^= x >>> 17
    x ^= x << 5
    this.state = x >>> 0
    return this.state % n
  }

  of<T>(list: readonly T[]): T {
    return list[this.below(list.length)]!
  }
}

export function randomDraft(seed: number): Draft {
  const dice = new Dice(seed)
  const count = 2 + dice.below(2)
  const headers: string[] = []
  while (headers.length < count) {
    const header = dice.of(HEADERS)
    if (!headers.includes(header)) headers.push(header)
  }
  const depths = headers.map(() => 0)
  const started = headers.map(() => false)
  const one = (column: number): DraftCell => {
    const cell = randomCell(dice, column, Math.min(depths[column] ?? 0, dice.below(5)), started[column] ?? false)
    if (cell.kind !== 'note') depths[column] = cell.kind === 'call' ? cell.depth + 1 : cell.depth
    started[column] = true
    return cell
  }
  const rows: { readonly cells: readonly DraftCell[]; readonly isAfterGap: boolean }[] = []
  // Every column has something at its left edge, or there would be no telling where it begins.
  const order = [...headers.keys()].sort(() => (dice.below(2) === 0 ? -1 : 1))
  for (const column of order) {
    rows.push({ cells: [callCell(dice, column, 0)], isAfterGap: false })
    depths[column] = 1
    started[column] = true
  }
  const more = 2 + dice.below(10)
  for (let row = 0; row < more; row++) {
    const column = dice.below(count)
    const isPair = dice.below(8) === 0 && column + 1 < count
    rows.push({ cells: isPair ? [shortCell(dice, column), shortCell(dice, column + 1)] : [one(column)], isAfterGap: dice.below(6) === 0 })
    if (isPair) depths[column] = depths[column + 1] = 1
  }
  if (dice.below(4) === 0) {
    rows.push({
      cells: [{ column: null, depth: 0, kind: 'verdict', text: 'DEADLOCK', verdict: { claim: 'deadlock', text: 'DEADLOCK' } }],
      isAfterGap: true,
    })
  }
  return { columns: headers.map((header) => ({ header })), rows }
}

function shortCell(dice: Dice, column: number): DraftCell {
  return { column, depth: 0, kind: 'call', text: dice.of(['lock_page(a)', 'put_page(b)', 'fsync(fd)']), results: [] }
}

function callCell(dice: Dice, column: number, depth: number): DraftCell {
  const results = dice.below(5) === 0 ? [{ text: dice.of(RESULTS), origin: 'stated' as const }] : []
  const remarks = dice.below(6) === 0 ? [dice.of(REMARKS)] : []
  return { column, depth, kind: 'call', text: `${dice.of(NAMES)}(${dice.of(ARGUMENTS)})`, results, remarks }
}

function randomCell(dice: Dice, column: number, depth: number, isStarted: boolean): DraftCell {
  const roll = dice.below(12)
  if (roll < 6 || !isStarted) return callCell(dice, column, depth)
  if (roll < 9) {
    const text = dice.of(STATEMENTS)
    return { column, depth, kind: 'statement', text, results: /->\d/.test(text) ? [{ text: '', origin: 'stated' }] : [] }
  }
  if (roll === 9) return { column, depth, kind: 'context', text: dice.of(CONTEXTS) }
  if (roll === 10) return { column, depth, kind: 'note', text: dice.of(NOTES) }
  return { column, depth, kind: 'elision', text: '...' }
}
