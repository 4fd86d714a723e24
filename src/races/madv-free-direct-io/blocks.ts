/** What programs of the race are composed of when a diagram needs one that it has not. */
import type { AddressSpace, Vma } from '../../kernel/include/linux/mm-types.js'
import type { Kernel } from '../../kernel/kernel.js'
import { actor, biosFor, buildingBlocks, type Actor } from '../blocks.js'
import { programOf } from '../drafts.js'
import { patches } from './fixes.js'
import { childOf, device, lazilyFreed, readAndLook, readAsyncAndLook } from './programs.js'

interface Common {
  readonly k: Kernel
  readonly dev: AddressSpace
  readonly buf: Vma
}

/** A process that has come of a fork(2) after MADV_FREE, and does something to its copy. */
function sharer(name: string, what: string, act: (k: Kernel, copy: Vma) => void): Actor<Common> {
  return {
    name,
    summary: `${what} by a process that shares the buffer since fork(2)`,
    spawn({ k, buf }, task) {
      const [mm, copy] = childOf(k, task, buf)
      k.dup_mmap(mm, buf.mm)
      k.spawn(task, () => act(k, copy), mm)
    },
  }
}

export const blocks = buildingBlocks<Common>(
  'a buffer of one page was filled and freed lazily (MADV_FREE)',
  [
    actor(
      'direct-read',
      'read(2) with O_DIRECT of a block device into the buffer',
      ({ k, dev, buf }) => readAndLook(k, dev, buf),
      ({ buf }) => buf.mm,
    ),
    actor(
      'async-read',
      'io_submit(2) of a read into the buffer, and io_getevents(2)',
      ({ k, dev, buf }) => readAsyncAndLook(k, dev, buf),
      ({ buf }) => buf.mm,
    ),
    actor('kswapd', 'kswapd, twice over memory', ({ k }) => k.balance_pgdat(2)),
    actor('reclaim', 'a process that finds no memory and reclaims some', ({ k }) => k.try_to_free_pages()),
    actor('store', 'a store to the buffer', ({ k, buf }) => k.user_store(buf, 0, 0, 'A:new'), ({ buf }) => buf.mm),
    actor('load', 'a load from the buffer', ({ k, buf }) => k.user_load(buf, 0, 0), ({ buf }) => buf.mm),
    actor(
      'madv-free',
      'madvise(2) with MADV_FREE',
      ({ k, buf }) => k.madvise(buf, 0, 1, 'MADV_FREE'),
      ({ buf }) => buf.mm,
    ),
    actor(
      'madv-dontneed',
      'madvise(2) with MADV_DONTNEED',
      ({ k, buf }) => k.madvise(buf, 0, 1, 'MADV_DONTNEED'),
      ({ buf }) => buf.mm,
    ),
    actor(
      'madv-pageout',
      'madvise(2) with MADV_PAGEOUT',
      ({ k, buf }) => k.madvise(buf, 0, 1, 'MADV_PAGEOUT'),
      ({ buf }) => buf.mm,
    ),
    actor('munmap', 'munmap(2) of the buffer', ({ k, buf }) => k.munmap(buf), ({ buf }) => buf.mm),
    {
      name: 'fork',
      summary: 'fork(2)',
      spawn({ k, buf }, task) {
        const [mm] = childOf(k, `child of ${task}`, buf)
        k.spawn(task, () => k.fork(mm), buf.mm)
      },
    },
    sharer('sharer-dontneed', 'madvise(2) with MADV_DONTNEED', (k, copy) => void k.madvise(copy, 0, 1, 'MADV_DONTNEED')),
    sharer('sharer-munmap', 'munmap(2)', (k, copy) => k.munmap(copy)),
    sharer('sharer-store', 'a store', (k, copy) => void k.user_store(copy, 0, 0, 'S:new')),
    actor('peek', 'process_vm_readv(2) of the buffer by another process', ({ k, buf }) => k.process_vm_readv(buf, 0)),
  ],
  ({ name, summary, actors, start }) =>
    programOf('madv-free-direct-io', {
      name,
      summary,
      machine: { pages: 5, bios: biosFor(actors), works: 2 },
      setup(k) {
        const dev = device(k)
        const buf = lazilyFreed(k)
        start({ k, dev, buf })
      },
    }, patches),
)
