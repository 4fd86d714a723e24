/** The programs of the race: a direct read into a mapped file, and everybody who write-protects its page. */
import { programsOf, type Draft } from '../drafts.js'
import { patches } from '../dirty-without-buffers/fixes.js'
import {
  blockDevice,
  fileOf,
  inFlight,
  mappedFile,
  notUsedLately,
  otherFile,
  readAndLook,
  storedToFile,
} from '../dirty-without-buffers/workload.js'

const DRAFTS: readonly Draft[] = [
  {
    name: 'flusher',
    summary: 'A direct read of another file faults the page in; the flusher writes it meanwhile; then the process syncs.',
    machine: { pages: 1, bios: 3, mkwriteLedger: true, works: 1 },
    setup(k) {
      const map = mappedFile(k)
      const other = otherFile(k)
      k.spawn('reader', () => {
        readAndLook(k, other, map)
        k.fsync(fileOf(map))
      }, map.mm)
      k.spawn('flusher', () => k.wb_writeback(fileOf(map)))
    },
  },
  {
    name: 'fast-gup',
    summary: 'A direct read gets the page by fast GUP; the flusher writes it meanwhile.',
    machine: { pages: 1, bios: 3, mkwriteLedger: true, works: 1 },
    setup(k) {
      const map = storedToFile(k)
      const other = otherFile(k)
      k.spawn('reader', () => readAndLook(k, other, map), map.mm)
      k.spawn('flusher', () => k.wb_writeback(fileOf(map)))
    },
  },
  {
    name: 'async-read',
    summary: 'An asynchronous read of another file is under way; the flusher writes the page.',
    machine: { pages: 1, bios: 2, works: 1, mkwriteLedger: true },
    setup(k) {
      const map = storedToFile(k)
      const iocb = inFlight(k, otherFile(k), map)
      k.spawn('reader', () => {
        k.io_getevents(iocb)
        k.user_load(map, 0, 0)
      }, map.mm)
      k.spawn('flusher', () => k.wb_writeback(fileOf(map)))
    },
  },
  {
    name: 'block-device',
    summary: 'As fast-gup, from a raw block device.',
    machine: { pages: 1, bios: 3, mkwriteLedger: true },
    setup(k) {
      const map = storedToFile(k)
      const device = blockDevice(k)
      k.spawn('reader', () => readAndLook(k, device, map), map.mm)
      k.spawn('flusher', () => k.wb_writeback(fileOf(map)))
    },
  },
  {
    name: 'block-device-async',
    summary: 'As async-read, from a raw block device.',
    machine: { pages: 1, bios: 2, works: 1, mkwriteLedger: true },
    setup(k) {
      const map = storedToFile(k)
      const iocb = inFlight(k, blockDevice(k), map)
      k.spawn('reader', () => {
        k.io_getevents(iocb)
        k.user_load(map, 0, 0)
      }, map.mm)
      k.spawn('flusher', () => k.wb_writeback(fileOf(map)))
    },
  },
  {
    name: 'msync',
    summary: 'An asynchronous read is under way; another thread syncs the mapping (msync), and syncs again when the read has ended.',
    machine: { pages: 1, bios: 3, works: 1, mkwriteLedger: true },
    setup(k) {
      const map = storedToFile(k)
      const iocb = inFlight(k, otherFile(k), map)
      k.spawn('syncer', () => {
        k.msync(map)
        k.io_getevents(iocb)
        k.msync(map)
      }, map.mm)
    },
  },
  {
    name: 'stable-pages',
    summary: 'Pages of two words on a device that checks what it writes: an asynchronous read is under way; the flusher writes the page.',
    machine: { pages: 1, bios: 2, works: 1, words: 2, stableWrites: true, mkwriteLedger: true },
    setup(k) {
      const map = storedToFile(k)
      inFlight(k, otherFile(k), map)
      k.spawn('flusher', () => k.wb_writeback(fileOf(map)))
    },
  },
  {
    name: 'stores',
    summary: 'A device that checks what it writes: the process stores to its mapping, without any read, while the flusher writes the page.',
    machine: { pages: 1, bios: 2, words: 2, stableWrites: true, mkwriteLedger: true },
    setup(k) {
      const map = storedToFile(k)
      k.spawn('storer', () => {
        k.user_store(map, 0, 0, 'F1:s1.0')
        k.user_store(map, 0, 1, 'F1:s1.1')
      }, map.mm)
      k.spawn('flusher', () => k.wb_writeback(fileOf(map)))
    },
  },
  {
    name: 'stores-and-read',
    summary: 'An asynchronous read is under way, and writeback of its page; the process stores to its mapping.',
    machine: { pages: 1, bios: 2, works: 1, mkwriteLedger: true },
    setup(k) {
      const map = storedToFile(k)
      inFlight(k, otherFile(k), map)
      k.sync_file_range_write(fileOf(map))
      k.spawn('storer', () => void k.user_store(map, 0, 0, 'F1:s1'), map.mm)
    },
  },
  {
    name: 'frozen',
    summary: 'An asynchronous read is under way while the file system of the mapped file is frozen; somebody calls sync.',
    machine: { pages: 1, bios: 3, works: 1, freeze: true, mkwriteLedger: true },
    setup(k) {
      const map = storedToFile(k)
      inFlight(k, otherFile(k), map)
      k.spawn('freezer', () => {
        k.freeze_super(fileOf(map))
        k.wb_writeback(fileOf(map))
      })
    },
  },
  {
    name: 'frozen-stores',
    summary: 'As frozen, with a store in place of the read; the file system is thawed again.',
    machine: { pages: 1, bios: 3, freeze: true, mkwriteLedger: true },
    setup(k) {
      const map = storedToFile(k)
      k.spawn('storer', () => void k.user_store(map, 0, 0, 'F1:s1'), map.mm)
      k.spawn('freezer', () => {
        k.freeze_super(fileOf(map))
        k.thaw_super(fileOf(map))
      })
    },
  },
  {
    name: 'punched',
    summary: 'An asynchronous read is under way while the blocks of the mapped file are punched out; the flusher comes by.',
    machine: { pages: 1, bios: 4, works: 1, mkwriteLedger: true },
    setup(k) {
      const map = storedToFile(k)
      inFlight(k, otherFile(k), map)
      k.spawn('puncher', () => {
        k.fallocate_punch_hole(fileOf(map))
        k.wb_writeback(fileOf(map))
      })
    },
  },
  {
    name: 'reclaim',
    summary: 'An asynchronous read is under way; another process writes the file, reclaims memory and writes again.',
    machine: { pages: 1, bios: 5, works: 1, mkwriteLedger: true },
    setup(k) {
      const map = notUsedLately(k, storedToFile(k))
      inFlight(k, blockDevice(k), map)
      k.spawn('neighbour', () => {
        k.wb_writeback(fileOf(map))
        k.try_to_free_pages()
        k.wb_writeback(fileOf(map))
      })
    },
  },
  {
    name: 'kswapd-pageout',
    summary: 'kswapd writes the page itself, on a node full of dirty pages, while a direct read is under way.',
    machine: { pages: 1, bios: 3, works: 1, pgdat_dirty: true, mkwriteLedger: true },
    setup(k) {
      const map = notUsedLately(k, storedToFile(k))
      inFlight(k, blockDevice(k), map)
      k.spawn('kswapd', () => k.balance_pgdat(2))
    },
  },
]

export const programs = programsOf('dirty-without-mkwrite', DRAFTS, patches)
