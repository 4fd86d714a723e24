/** The programs of the race: a direct read into a mapped file, and everybody who writes its page out or takes its buffers. */
import type { Vma } from '../../kernel/include/linux/mm-types.js'
import type { Kernel } from '../../kernel/kernel.js'
import { programsOf, type Draft } from '../drafts.js'
import { patches } from './fixes.js'
import { blockDevice, fileOf, inFlight, mappedFile, notUsedLately, otherFile, storedToFile } from './workload.js'

/** Another process writes the file out, finds no memory for itself and reclaims some, and writes the file out again. */
function writeReclaimWrite(k: Kernel, map: Vma): void {
  k.wb_writeback(fileOf(map))
  k.try_to_free_pages()
  k.wb_writeback(fileOf(map))
}

const DRAFTS: readonly Draft[] = [
  {
    name: 'kswapd',
    summary: 'A direct read of a raw block device into the mapping is under way, and writeback of the page; kswapd, and the flusher again.',
    machine: { pages: 1, bios: 4, works: 1 },
    setup(k) {
      const map = notUsedLately(k, storedToFile(k))
      inFlight(k, blockDevice(k), map)
      k.sync_file_range_write(fileOf(map))
      k.spawn('flusher', () => k.wb_writeback(fileOf(map)))
      k.spawn('kswapd', () => k.balance_pgdat(1))
    },
  },
  {
    name: 'kswapd-pageout',
    summary: 'An asynchronous read faults in a page that kswapd is about to write itself; then the process has it written.',
    machine: { pages: 1, bios: 4, works: 1, pgdat_dirty: true },
    setup(k) {
      const map = notUsedLately(k, storedToFile(k))
      const device = blockDevice(k)
      // Takes it out of the page tables, and remembers to write it next time.
      k.balance_pgdat(1)
      k.spawn('reader', () => {
        k.io_submit_read(device, 0, map, 0, 1)
        k.sync_file_range_write(fileOf(map))
      }, map.mm)
      k.spawn('kswapd', () => k.balance_pgdat(1))
    },
  },
  {
    name: 'sync-read',
    summary: 'A synchronous read of another file through fast GUP, while another process writes the file and reclaims memory.',
    machine: { pages: 1, bios: 4, works: 1 },
    setup(k) {
      const map = notUsedLately(k, storedToFile(k))
      const other = otherFile(k)
      k.spawn('reader', () => void k.read_direct_into(other, 0, map, 0, 1), map.mm)
      k.spawn('neighbour', () => {
        k.wb_writeback(fileOf(map))
        k.try_to_free_pages()
      })
    },
  },
  {
    name: 'slow-gup',
    summary: 'A direct read that had to fault the page in is under way, and writeback of the page; another process reclaims memory and writes the file.',
    machine: { pages: 1, bios: 4, works: 1 },
    setup(k) {
      const map = mappedFile(k)
      inFlight(k, blockDevice(k), map)
      notUsedLately(k, map)
      k.sync_file_range_write(fileOf(map))
      k.spawn('neighbour', () => {
        k.try_to_free_pages()
        k.wb_writeback(fileOf(map))
      })
    },
  },
  {
    name: 'fsync',
    summary: 'A synchronous read, while another process writes the file and reclaims memory; when both are done fsync, reclaim, and a look.',
    machine: { pages: 1, bios: 5, works: 1 },
    setup(k, world) {
      const map = notUsedLately(k, storedToFile(k))
      const device = blockDevice(k)
      const done = world.cell('neighbour is done', false)
      k.spawn('reader', () => {
        if (!k.read_direct_into(device, 0, map, 0, 1)) return
        world.until(() => done.get(), 'the neighbour')
        k.fsync(fileOf(map))
        k.try_to_free_pages()
        k.user_load(map, 0, 0)
      }, map.mm)
      k.spawn('neighbour', () => {
        k.wb_writeback(fileOf(map))
        k.try_to_free_pages()
        done.set(true)
      })
    },
  },
  {
    name: 'async-read',
    summary: 'A direct read of another file is under way; another process writes the file, reclaims memory, and writes again.',
    machine: { pages: 1, bios: 5, works: 1 },
    setup(k) {
      const map = notUsedLately(k, storedToFile(k))
      inFlight(k, otherFile(k), map)
      k.spawn('neighbour', () => writeReclaimWrite(k, map))
    },
  },
  {
    name: 'block-device',
    summary: 'As sync-read, from a raw block device.',
    machine: { pages: 1, bios: 5 },
    setup(k) {
      const map = notUsedLately(k, storedToFile(k))
      const device = blockDevice(k)
      k.spawn('reader', () => void k.read_direct_into(device, 0, map, 0, 1), map.mm)
      k.spawn('neighbour', () => {
        k.wb_writeback(fileOf(map))
        k.try_to_free_pages()
      })
    },
  },
  {
    name: 'block-device-async',
    summary: 'As async-read, from a raw block device.',
    machine: { pages: 1, bios: 5, works: 1 },
    setup(k) {
      const map = notUsedLately(k, storedToFile(k))
      inFlight(k, blockDevice(k), map)
      k.spawn('neighbour', () => writeReclaimWrite(k, map))
    },
  },
  {
    name: 'drop-caches',
    summary: 'A direct read is under way into the mapping; another thread writes the file, unmaps it, drops caches, and writes again.',
    machine: { pages: 1, bios: 5, works: 1 },
    setup(k) {
      const map = storedToFile(k)
      inFlight(k, otherFile(k), map)
      k.spawn('unmapper', () => {
        k.fsync(fileOf(map))
        k.munmap(map)
        k.drop_caches(fileOf(map))
        k.fsync(fileOf(map))
      }, map.mm)
    },
  },
  {
    name: 'too-many-buffers',
    summary: 'As block-device-async, with more buffer heads about than there may be: reclaim takes them from pages that it leaves mapped.',
    machine: { pages: 1, bios: 5, works: 1, buffer_heads_over_limit: true },
    setup(k) {
      const map = storedToFile(k)
      inFlight(k, blockDevice(k), map)
      k.spawn('neighbour', () => writeReclaimWrite(k, map))
    },
  },
  {
    name: 'stores',
    summary: 'A direct read is under way into the mapping, and writeback of its page; the process reclaims memory, then stores to it.',
    machine: { pages: 1, bios: 4, works: 1 },
    setup(k) {
      const map = notUsedLately(k, storedToFile(k))
      inFlight(k, blockDevice(k), map)
      k.sync_file_range_write(fileOf(map))
      k.spawn('storer', () => {
        k.try_to_free_pages()
        k.user_store(map, 0, 0, 'F1:s1')
      }, map.mm)
    },
  },
  {
    name: 'write',
    summary: 'A direct read is under way into the mapping, and writeback of its page; another process reclaims memory, then writes with write(2).',
    machine: { pages: 1, bios: 4, works: 1 },
    setup(k) {
      const map = notUsedLately(k, storedToFile(k))
      inFlight(k, blockDevice(k), map)
      k.sync_file_range_write(fileOf(map))
      k.spawn('writer', () => {
        k.try_to_free_pages()
        k.write(fileOf(map), 'v1')
      })
    },
  },
  {
    name: 'without-read',
    summary: 'Nobody reads: the process stores to its mapping and syncs, and another writes the file and reclaims memory.',
    machine: { pages: 1, bios: 4 },
    setup(k) {
      const map = notUsedLately(k, storedToFile(k))
      k.spawn('storer', () => {
        k.user_store(map, 0, 0, 'F1:s1')
        k.fsync(fileOf(map))
      }, map.mm)
      k.spawn('neighbour', () => {
        k.wb_writeback(fileOf(map))
        k.try_to_free_pages()
      })
    },
  },
]

export const programs = programsOf('dirty-without-buffers', DRAFTS, patches)
