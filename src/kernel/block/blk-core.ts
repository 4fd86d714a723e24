/** block/: bios and a device that completes them at any time and in any order. */
import type { Kernel } from '../kernel.js'
import type { AddressSpace, Bio, Page } from '../include/linux/mm-types.js'
import { isUnprepared } from '../oracle.js'
import { blockOf, wordOf } from './blocks.js'

export const blkCore = {
  /**
   * submit_bio: from here on the device may transfer the data and interrupt. Takes no reference to the page. For a device that
   * checks what it writes, guard tags are computed first (bio_integrity_prep).
   */
  submit_bio(k: Kernel, bio: Bio): void {
    const [op, end_io, pages, file, index, owner] = bio
    if (op === 'READ') {
      k.device.start(bio)
      return
    }
    if (k.config.freeze) k.oracle_submitted(file)
    if (k.config.stableWrites) k.device.start([op, end_io, pages, file, index, owner, k.bio_integrity_prep(bio)])
    else k.device.start(bio)
  },

  /** bio_integrity_prep, bio_integrity_generate: a tag for each word as it is now; a tag is as good as the word. */
  bio_integrity_prep(_k: Kernel, bio: Bio): readonly string[] {
    return bio[2].flatMap((page) => page.words.map((word) => word.get()))
  },

  /**
   * The device's transfer (DMA) of a bio's pages, word by word, at moments between submission and completion. It goes by the
   * physical address: whatever is there by then is written, or overwritten. Not a function of the kernel's.
   */
  dma_transfer(k: Kernel, bio: Bio): void {
    const [op, , pages, file, first, owner, guards] = bio
    pages.forEach((page, i) => {
      if (op === 'READ') page.words.forEach((_word, w) => k.dma_to_memory(page, w, file, first + i, owner !== null))
      else k.dma_from_memory(page, file, first + i, guards?.slice(i * page.words.length))
    })
  },

  /** bio_endio. Context: interrupt of the device. */
  bio_endio(k: Kernel, bio: Bio): void {
    k[bio[1]](bio)
  },
}

export const blkCoreInlines = {
  /** The transfer of a page to its block: a load of each word, and its way to the disk. */
  dma_from_memory(k: Kernel, page: Page, file: AddressSpace, block: number, guards?: readonly string[]): void {
    const watched = page.words.length > 1 && k.expectations.ofFile(file) !== undefined
    let before: readonly string[] = []
    const taken: string[] = []
    page.words.forEach((word, w) => {
      const content = word.get()
      taken.push(content)
      if (watched && w === 0) before = k.oracle_words(page)
      if (watched && w === page.words.length - 1) k.oracle_transferred(page, file, block, before, taken)
      k.check_written(content, file, block, w)
      if (guards !== undefined && guards[w] !== content) k.world.warn('data-torn', 'a page changes after its guard tags were computed')
      wordOf(blockOf(file, block), w).set(content)
    })
  },

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
    if (direct && k.config.mkwriteLedger && isUnprepared(k, page)) {
      k.world.warn('assertion', 'a device changes a page that is neither prepared nor mapped for stores')
    }
    wordOf(page.words, word).set(wordOf(blockOf(file, block), word).get())
  },
}
