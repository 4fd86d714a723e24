/** The end of writeback as it is since v5.10.7 and v5.11. */
import { PageWriteback } from '../include/linux/page-flags.js'
import { patch } from '../kernel.js'

/** end_page_writeback (mm/filemap.c) holds a reference; wait_on_page_writeback (mm/page-writeback.c) looks again. */
export const mendedWriteback = patch('writeback since v5.10.7', {
  end_page_writeback(k, base, page) {
    k.get_page(page)
    base(page)
    k.put_page(page)
  },
  wait_on_page_writeback(k, _base, page) {
    k.world.mightSleep('wait_on_page_writeback')
    k.loop(() => {
      if (!PageWriteback(page)) return false
      k.wait_on_page_bit(page, 'PG_writeback')
      return true
    })
  },
})
