/** Words that kernel developers use for what functions of the model do. */
import type { Model } from '../names.js'

/** A store of user code, `addr[0] = 1`, is one too, whatever it stores. */
export const kernelPhrases: NonNullable<Model['phrases']> = [
  ...phrases('ext4_ext_remove_space', ['remove file blocks', 'remove blocks', 'free blocks', 'free file blocks', 'remove blocks from file']),
  ...phrases('wb_writeback', ['write out file', 'write file', 'writes out file', 'flusher writes file', 'write out page', 'ordinary writeback']),
  ...phrases('user_store', ['store', 'store to page', 'write to mapping', 'addr[0] = 1', '*addr = 1', 'addr[0] = x', 'user stores']),
  ...phrases('user_load', ['load', 'read from mapping', 'x = addr[0]', 'x = *addr', 'user loads']),
  ...phrases('truncate_inode_pages_range', ['truncate page', 'truncate file']),
]

function phrases(name: string, all: readonly string[]): NonNullable<Model['phrases']> {
  return all.map((words) => ({ words, meaning: { kind: 'function', name, by: 'phrase' } }))
}
