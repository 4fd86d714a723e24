/** The blocks of a file on its device, and pages, word by word. */
import type { Cell } from '../../engine/index.js'
import type { AddressSpace } from '../include/linux/mm-types.js'

export function blockOf(file: AddressSpace, index: number): AddressSpace['blocks'][number] {
  return file.blocks[index] as AddressSpace['blocks'][number]
}

export function wordOf(words: readonly Cell<string>[], word: number): Cell<string> {
  return words[word] as Cell<string>
}
