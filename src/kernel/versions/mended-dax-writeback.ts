/** No version: two tasks that sync a file with DAX wait for each other. */
import { patch } from '../kernel.js'
import { tagsOf } from '../mm/filemap.js'

/** dax_writeback_one clears the TOWRITE tag when the entry is flushed, so that nobody who tagged it too finds nothing to wait for. */
export const mendedDaxWriteback = patch('DAX write-back that is waited for', {
  dax_writeback_locked: () => undefined,
  dax_writeback_flushed(_k, base, mapping, index) {
    tagsOf(mapping, index).clear('PAGECACHE_TAG_TOWRITE')
    base(mapping, index)
  },
})
