/** block/: bios and a device that completes them at any time and in any order. */
import type { Kernel } from '../kernel.js'
import type { Bio } from '../include/linux/mm-types.js'
import { blockOf, wordOf } from './blocks.js'

export const blkCore = {
  /** submit_bio: from here on the device may transfer the data and interrupt. Takes no reference to the page. */
  submit_bio(k: Kernel, bio: Bio): void {
    k.device.start(bio)
  },

  /**
   * The device's transfer (DMA) of a page, at some moment between submission and completion. It goes by the physical
   * address: whatever is there by then is written. Not a function of the kernel's.
   */
  dma_transfer(k: Kernel, bio: Bio): void {
    const [, , pages, file, first] = bio
    pages.forEach((page, i) => {
      page.words.forEach((word, w) => {
        const content = word.get()
        const writer = content.split(':')[0] ?? ''
        if (writer !== file.name) k.world.warn('data-foreign', `data of ${writer} is written to a block of ${file.name}`)
        wordOf(blockOf(file, first + i), w).set(content)
      })
    })
  },

  /** bio_endio. Context: interrupt of the device. */
  bio_endio(k: Kernel, bio: Bio): void {
    k[bio[1]](bio)
  },
}
