/** block/: bios and a device that completes them at any time and in any order. */
import type { Kernel } from '../kernel.js'
import type { AddressSpace, Bio, Page } from '../include/linux/mm-types.js'
import { isUnprepared } from '../oracle.js'
import { blockOf, wordOf } from './blocks.js'

export const blkCore = {
  /** submit_bio: from here on the device may transfer the data and interrupt. Takes no reference to the page. */
  submit_bio(k: Kernel, bio: Bio): void {
    k.device.start(bio)
  },

  /**
   * The device's transfer (DMA) of a bio's pages, word by word, at moments between submission and completion. It goes by the
   * physical address: whatever is there by then is written, or overwritten. Not a function of the kernel's.
   */
  dma_transfer(k: Kernel, bio: Bio): void {
    const [op, , pages, file, first, owner] = bio
    pages.forEach((page, i) => {
      page.words.forEach((word, w) => {
        if (op === 'READ') {
          k.dma_to_memory(page, w, file, first + i, owner !== null)
          return
        }
        const content = word.get()
        k.check_written(content, file, first + i, w)
        wordOf(blockOf(file, first + i), w).set(content)
      })
    })
  },

  /** bio_endio. Context: interrupt of the device. */
  bio_endio(k: Kernel, bio: Bio): void {
    k[bio[1]](bio)
  },
}

export const blkCoreInlines = {
  /** The model's look at what a device writes: data of one file in a block of another. */
  check_written(k: Kernel, content: string, file: AddressSpace, block: number, word: number): void {
    if (file === k.swapper_space) return
    if (k.expectations.ofFile(file) !== undefined) {
      k.oracle_written(file, block, word, content)
      return
    }
    const writer = content.split(':')[0] ?? ''
    if (writer !== file.name) k.world.warn('data-foreign', `data of ${writer} is written to a block of ${file.name}`)
  },
}

/** One step each. */
export const dmaInstructions = {
  /** The device stores a word of a block to a page; `direct` if that is a user's and not one that is being read into the page cache. */
  dma_to_memory(k: Kernel, page: Page, word: number, file: AddressSpace, block: number, direct: boolean): void {
    if (direct && k.config.mkwriteLedger && isUnprepared(k, page)) k.world.warn('assertion', 'a device changes a page that is neither prepared nor mapped for stores')
    wordOf(page.words, word).set(wordOf(blockOf(file, block), word).get())
  },
}
