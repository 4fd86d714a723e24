/** madvise(2) and msync(2) on the model: what these calls check before they do something. */
import type { Operation } from '../sequence.js'
import type { Furniture } from './bench.js'
import { EINVAL, ENOMEM } from './errno.js'

type Of<Name extends Operation['op']> = Extract<Operation, { op: Name }>

export function syncMapping({ k, areas }: Furniture, { map, word, length, flags }: Of<'msync'>): number {
  const vma = areas[map]
  const { words } = k.config
  if (word % words !== 0 || flags === 'SYNC|ASYNC') return EINVAL
  if (!vma.linked.get()) return ENOMEM
  if (flags === 'SYNC' && vma.shared && vma.file !== null) {
    return k.vfs_fsync_range(vma.file, word, word + Math.ceil(length / words) * words, true)
  }
  return 0
}

export function advise({ k, areas }: Furniture, { map, word, length, advice }: Of<'madvise'>): number {
  const vma = areas[map]
  const { words } = k.config
  if (word % words !== 0) return EINVAL
  if (!vma.linked.get()) return ENOMEM
  const first = word / words
  const pages = Math.ceil(length / words)
  switch (advice) {
    case 'DONTNEED':
    case 'PAGEOUT':
    case 'FREE':
      return k.do_madvise(vma, first, pages, `MADV_${advice}`) ? 0 : EINVAL
    case 'WILLNEED':
      if (vma.file !== null) k.vfs_fadvise_willneed(vma.file, vma.pgoff + first, vma.pgoff + first + pages)
      return 0
    case 'COLD':
      return 0
  }
}
