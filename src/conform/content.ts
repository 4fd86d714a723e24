import { PAGE_WORDS } from './geometry.js'

/** Content of words as a short text: `7*8` is eight words of 7, `3*2,0*6` two of 3 and six of 0, '' none. */
export function contentText(words: readonly number[]): string {
  const runs: { value: number; count: number }[] = []
  for (const value of words) {
    const last = runs.at(-1)
    if (last?.value === value) last.count++
    else runs.push({ value, count: 1 })
  }
  return runs.map(({ value, count }) => `${value}*${count}`).join(',')
}

/** @throws RangeError if the text is not of `contentText` */
export function contentWords(text: string): readonly number[] {
  if (text === '') return []
  return text.split(',').flatMap((run) => {
    const [value, count] = run.split('*').map(Number)
    if (!Number.isInteger(value) || !Number.isInteger(count)) throw new RangeError(`no content: ${text}`)
    return Array.from<number>({ length: count! }).fill(value!)
  })
}

/** Content of each page, with `.` for one that there is nothing to see of: `7*8 . 3*2,0*6`. */
export function pagesText(pages: readonly (readonly number[] | null)[]): string {
  return pages.map((words) => (words === null ? '.' : contentText(words))).join(' ')
}

/**
 * The words of memory that holds one value in each.
 * @returns -1 for a word whose bytes differ: nothing in these tests writes less than a word
 */
export function wordsOf(bytes: Uint8Array): readonly number[] {
  const size = 512
  const words: number[] = []
  for (let start = 0; start < bytes.length; start += size) {
    const word = bytes.subarray(start, start + size)
    words.push(word.every((byte) => byte === word[0]) ? word[0]! : -1)
  }
  return words
}

/** Pages that `words` words touch, from the first of them. */
export function pagesFor(words: number): number {
  return Math.ceil(words / PAGE_WORDS)
}
