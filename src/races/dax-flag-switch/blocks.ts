/** What programs of the race are composed of when a diagram needs one that it has not. */
import type { AddressSpace, Vma } from '../../kernel/include/linux/mm-types.js'
import type { Kernel } from '../../kernel/kernel.js'
import { actor, buildingBlocks } from '../blocks.js'
import { load, mapped, open, programOf, store, toggle } from './programs.js'

interface Common {
  readonly k: Kernel
  readonly file: AddressSpace
  readonly map: Vma
}

export const blocks = buildingBlocks<Common>(
  'a file with S_DAX set, mapped shared by a process that has not touched it',
  [
    actor('store', 'a store through the mapping', ({ k, map }) => store(k, map, 'A:1'), ({ map }) => map.mm),
    actor('load', 'a load through the mapping', ({ k, map }) => load(k, map), ({ map }) => map.mm),
    actor(
      'load-and-store',
      'a load and then a store through the mapping',
      ({ k, map }) => {
        load(k, map)
        store(k, map, 'A:1')
      },
      ({ map }) => map.mm,
    ),
    actor('chattr-off', 'chattr -x', ({ k, file }) => k.chattr_x(file, false)),
    actor('chattr-on', 'chattr +x', ({ k, file }) => k.chattr_x(file, true)),
    actor('chattr-off-on', 'chattr -x, then chattr +x', ({ k, file }) => toggle(k, file, false)),
    actor('read', 'read(2)', ({ k, file }) => k.read(file, 0)),
    actor('write', 'write(2)', ({ k, file }) => k.write(file, 'w')),
    actor('fsync', 'fsync(2)', ({ k, file }) => k.fsync(file)),
    actor('flusher', 'the flusher', ({ k, file }) => k.wb_writeback(file)),
    actor('munmap', 'munmap(2) of the mapping', ({ k, map }) => k.munmap(map), ({ map }) => map.mm),
  ],
  ({ name, summary, start }) =>
    programOf({
      name,
      summary,
      large: true,
      setup(k) {
        const file = open(k, true)
        start({ k, file, map: mapped(k, file) })
      },
    }),
)
