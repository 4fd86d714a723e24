/** Bugs planted in the model, one at a time: the comparison with the recordings has to notice each. */
import type { FileSystemName } from '../../src/conform/record.js'
import { hostOf } from '../../src/kernel/include/linux/host.js'
import { patch, type Patch } from '../../src/kernel/kernel.js'

export interface PlantedBug {
  readonly fs: FileSystemName
  readonly patch: Patch
}

/** Collapsing a range keeps what is cached of the rest of the file. */
function collapseKeepsCache(): Patch {
  let collapsing = false
  return patch('collapsing a range keeps the page cache', {
    ext4_collapse_range_host(_k, base, file, offset, len) {
      collapsing = true
      const result = base(file, offset, len)
      collapsing = false
      return result
    },
    truncate_pagecache(_k, base, mapping, newsize) {
      if (!collapsing) base(mapping, newsize)
    },
  })
}

export const plantedBugs: readonly PlantedBug[] = [
  {
    fs: 'ext4',
    patch: patch('truncate leaves the rest of the last block', {
      ext4_block_truncate_page: () => undefined,
    }),
  },
  {
    fs: 'xfs',
    patch: patch('a write beyond the end of the file zeroes nothing', {
      xfs_file_write_zero_eof: () => undefined,
    }),
  },
  {
    fs: 'ext4',
    patch: patch('a direct write of a part of a new block leaves the rest as it was', {
      iomap_dio_zero: () => undefined,
    }),
  },
  {
    fs: 'xfs',
    patch: patch('dropping caches drops dirty pages', {
      mapping_evict_folio(k, base, mapping, page) {
        if (page.mapcount.get() === 0) k.cancel_dirty_page(page)
        return base(mapping, page)
      },
    }),
  },
  {
    fs: 'ext4',
    patch: patch('punching a hole leaves parts of blocks', {
      ext4_zero_partial_blocks: () => undefined,
      truncate_inode_partial_folio: (k, _base, _mapping, page) => k.wait_on_page_writeback(page),
    }),
  },
  { fs: 'ext4', patch: collapseKeepsCache() },
  {
    fs: 'xfs',
    patch: patch('a direct write leaves the page cache', {
      kiocb_invalidate_pages(k, _base, mapping, pos, count) {
        k.kiocb_write_and_wait(mapping, pos, count)
        return 0
      },
      kiocb_invalidate_post_direct_write: () => undefined,
    }),
  },
  {
    fs: 'ext4',
    patch: patch('a page of which only the buffer was read counts as in core', {
      ext4_block_zero_page_range(k, base, file, from, length) {
        base(file, from, length)
        file.slots[Math.floor(from / k.config.words)]?.get()?.flags.set('PG_uptodate')
      },
    }),
  },
  {
    fs: 'ext4',
    patch: patch('written blocks stay unwritten', {
      ext4_convert_unwritten_extents: () => undefined,
    }),
  },
  {
    fs: 'xfs',
    patch: patch('writeback allocates one block of a delayed allocation', {
      xfs_bmapi_convert_delalloc(k, _base, file, block) {
        const beneath = k.new_host_block(file)
        if (beneath !== null) hostOf(file).extents[block]?.set(['UNWRITTEN', beneath])
      },
    }),
  },
  {
    fs: 'ext4',
    patch: patch('a commit does not write the data that are ordered before it', {
      ext4_normal_submit_inode_data_buffers: () => undefined,
    }),
  },
  {
    fs: 'ext4',
    patch: patch('allocation never makes the file larger', {
      ext4_falloc_new_size: () => 0,
    }),
  },
  {
    fs: 'xfs',
    patch: patch('fault-around maps what reclaim wants to have written', {
      may_be_mapped_around(_k, base, page, mapping, index) {
        page.flags.clear('PG_reclaim')
        return base(page, mapping, index)
      },
      deactivate_file_folio: () => undefined,
    }),
  },
  {
    fs: 'ext4',
    patch: patch('MADV_DONTNEED keeps the pages', {
      madvise_dontneed_single_vma: () => undefined,
    }),
  },
  {
    fs: 'xfs',
    patch: patch('zeroing does not write back what is dirty over unwritten blocks', {
      filemap_range_needs_writeback: () => false,
    }),
  },
  {
    fs: 'ext4',
    patch: patch('a store to a mapping reserves no block', {
      ext4_da_map_blocks: () => ['mapped', 0],
    }),
  },
]
