/** block/, v6.18: what a device does with bios that say word by word where their data go. */
import type { Kernel } from '../kernel.js'
import { ZERO, type AddressSpace, type Bio } from '../include/linux/mm-types.js'
import { hostOf, type Segment } from '../include/linux/host.js'
import { wordOf } from './blocks.js'

export const segments = {
  /** process_one_work: a kernel worker ends an ioend, or dirties the pages of a direct read. Context: worker. */
  process_one_work(k: Kernel, bio: Bio): void {
    if (bio[8] === undefined) k.bio_dirty_fn(bio)
    else k[hostOf(bio[3]).ops.end_ioend](bio)
  },

  /** ext4_end_bio, iomap's and XFS's end_io of writeback. Context: completion interrupt. Blocks that have data now are left to a worker. */
  ioend_end_bio(k: Kernel, bio: Bio): void {
    if (k.ioend_needs_worker(bio)) k.queue_work(bio)
    else for (const page of bio[2]) k.end_page_writeback(page)
  },
}

export const segmentInlines = {
  /** The device's transfer of a bio of v6.18, a segment a step. */
  dma_transfer_segments(k: Kernel, bio: Bio): void {
    for (const segment of bio[7] ?? []) k.dma_segment(bio[3], bio[0] === 'WRITE', segment)
  },

  queue_work(k: Kernel, bio: Bio): void {
    k.kworker.start(bio)
  },

  /** What ends in the interrupt: writeback of blocks that had data, of what is not beyond the size on disk. */
  ioend_needs_worker(_k: Kernel, bio: Bio): boolean {
    const [unwritten, , end] = bio[8] ?? [false, 0, 0]
    return unwritten || end > hostOf(bio[3]).i_disksize.get()
  },
}

/** One step each. */
export const segmentInstructions = {
  dma_segment(_k: Kernel, file: AddressSpace, write: boolean, [page, word, block, blockWord, words]: Segment): void {
    const cells = hostOf(file).disk.blocks[block] ?? []
    for (let w = 0; w < words; w++) {
      const onDisk = wordOf(cells, blockWord + w)
      if (page === null) onDisk.set(ZERO)
      else if (write) onDisk.set(wordOf(page.words, word + w).get())
      else wordOf(page.words, word + w).set(onDisk.get())
    }
  },

  /** A transfer from or to memory that nobody else knows of. @param content what is written; null to read @returns what was read */
  dma_words(_k: Kernel, file: AddressSpace, parts: readonly Segment[], content: readonly string[] | null): readonly string[] {
    const read: string[] = []
    for (const [, word, block, blockWord, words] of parts) {
      for (let w = 0; w < words; w++) {
        const onDisk = wordOf(hostOf(file).disk.blocks[block] ?? [], blockWord + w)
        if (content === null) read.push(onDisk.get())
        else onDisk.set(content[word + w] ?? ZERO)
      }
    }
    return read
  },
}
