import { contentText, wordsOf } from '../content.js'
import { MAIN_PAGES_MAX, OTHER_PAGES } from '../geometry.js'
import type { EndState } from '../record.js'
import { FILES, type FileName } from '../sequence.js'
import type { Hands } from './hands.js'
import { FADV } from './numbers.js'
import { cacheLetters } from './observe.js'
import type { Workbench } from './workbench.js'

const TRIES = 3

export const PAGES: Record<FileName, number> = { main: MAIN_PAGES_MAX, other: OTHER_PAGES }

/** Both files, first through the cache; then everything is unmapped, written and dropped, and they are read again. */
export function endState(bench: Workbench, hands: Hands): EndState {
  const { libc } = hands
  const whole = (file: FileName): string => {
    const result = libc.must('pread64', bench.files[file].write, hands.heap, hands.bytes.length, 0)
    return contentText(wordsOf(hands.bytes.subarray(0, result)))
  }
  const main = whole('main')
  const other = whole('other')
  bench.unmapAll()
  for (const file of FILES) {
    const fd = bench.files[file].write
    // -EIO where a direct write met a dirty page: all is written nevertheless.
    libc.call('fsync', fd)
    for (let tries = 0; tries < TRIES; tries++) {
      libc.must(bench.lruDrain.name, ...bench.lruDrain.args)
      libc.must('fadvise64', fd, 0, 0, FADV.DONTNEED)
      if (!/[^.]/.test(cacheLetters(libc, fd, PAGES[file]))) break
    }
  }
  return { main, other, mainAgain: whole('main'), otherAgain: whole('other') }
}
