/** fs/ext4/page-io.c, v5.10-rc5. */
import type { Kernel } from '../../kernel.js'
import type { AddressSpace, Bio, BufferHead, Page } from '../../include/linux/mm-types.js'
import { PageLocked, PageWriteback } from '../../include/linux/page-flags.js'

export const ext4PageIo = {
  /**
   * ext4_bio_write_page. Context: page locked; unlocks it.
   * @returns the bio, not yet submitted; null if the buffer is clean, when writeback ends here
   */
  ext4_bio_write_page(k: Kernel, mapping: AddressSpace, page: Page, bh: BufferHead): Bio | null {
    k.BUG_ON(!PageLocked(page), '!PageLocked(page)')
    k.BUG_ON(PageWriteback(page), 'PageWriteback(page)')
    k.set_page_writeback(page)
    const index = page.index.get()
    const submit = bh.flags.test('BH_Dirty')
    if (submit) bh.flags.clear('BH_Dirty')
    k.unlock_page(page)
    if (submit) return ['WRITE', 'ext4_end_bio', [page], mapping, index, null]
    k.end_page_writeback(page)
    return null
  },

  /** ext4_end_bio. Context: completion interrupt; the bio holds no reference to its page. */
  ext4_end_bio(k: Kernel, bio: Bio): void {
    for (const page of bio[2]) k.ext4_finish_bio(page)
  },

  /**
   * ext4_finish_bio of one page. Context: completion interrupt. With CONFIG_FS_ENCRYPTION a page without a mapping is taken
   * for a bounce page, and its private word for the page behind it. (With one buffer a page, the lock against other
   * completions of the same page has nobody to exclude.)
   */
  ext4_finish_bio(k: Kernel, page: Page): void {
    if (page.mapping.get() === null) {
      k.world.fail('null-dereference', 'a page without mapping is taken for a bounce page, its buffer head for a page')
    }
    k.page_buffers(page)
    k.end_page_writeback(page)
  },
}
