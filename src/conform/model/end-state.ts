import { contentText } from '../content.js'
import type { EndState } from '../record.js'
import { LLONG_MAX } from '../../kernel/include/linux/host.js'
import type { AddressSpace } from '../../kernel/include/linux/mm-types.js'
import type { Furniture } from './bench.js'
import { numberOf } from './observe.js'

/** Both files, first through the cache; then everything is unmapped, written and dropped, and they are read again. */
export function endState({ k, files, areas }: Furniture, settle: () => void = () => undefined): EndState {
  const whole = (file: AddressSpace): string => {
    const [, data] = k.ksys_pread64(file, 0, file.slots.length * k.config.words, null, false)
    return contentText(data.map(numberOf))
  }
  const main = whole(files.main)
  const other = whole(files.other)
  for (const area of Object.values(areas)) if (area.linked.get()) k.munmap(area)
  for (const file of Object.values(files)) {
    k.vfs_fsync_range(file, 0, LLONG_MAX, false)
    settle()
    k.fadvise_dontneed(file, 0, 0)
  }
  return { main, other, mainAgain: whole(files.main), otherAgain: whole(files.other) }
}
