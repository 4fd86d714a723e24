/** Makes the calls of a sequence on the model. */
import type { AddressSpace, Vma } from '../../kernel/include/linux/mm-types.js'
import { LLONG_MAX, type UserBuffer } from '../../kernel/include/linux/host.js'
import { contentText } from '../content.js'
import { WORD_BYTES } from '../geometry.js'
import type { Outcome } from '../record.js'
import type { Access, MappingName, Operation, Place } from '../sequence.js'
import { advise, syncMapping } from './advise.js'
import type { Furniture } from './bench.js'
import { EBADF, EFAULT, EINVAL, EOPNOTSUPP } from './errno.js'
import { numberOf } from './observe.js'

type Of<Name extends Operation['op']> = Extract<Operation, { op: Name }>

/** @returns what the call returned */
export function execute(bench: Furniture, step: Operation): Outcome {
  const { k, files } = bench
  switch (step.op) {
    case 'pread':
      return readOutcome(k.ksys_pread64(files[step.file], step.offset, step.length, null, false))
    case 'pread-direct':
      return preadDirect(bench, step)
    case 'load':
    case 'store':
      return accessed(bench, bench.areas, step)
    case 'fork':
      return fork(bench, step)
    default:
      return { result: plain(bench, step), data: '' }
  }
}

/** Calls that return a number and nothing else. */
function plain(bench: Furniture, step: Exclude<Operation, Of<'pread' | 'pread-direct' | 'load' | 'store' | 'fork'>>): number {
  const { k, files } = bench
  switch (step.op) {
    case 'pwrite':
      return step.readOnly === true ? EBADF : pwrite(bench, step)
    case 'pwrite-direct':
      return pwriteDirect(bench, step)
    case 'mmap':
      unmap(bench, step.map)
      k.mmap(bench.areas[step.map])
      return 0
    case 'munmap':
      unmap(bench, step.map)
      return 0
    case 'msync':
      return syncMapping(bench, step)
    case 'fsync':
    case 'fdatasync':
      return k.vfs_fsync_range(files[step.file], 0, LLONG_MAX, step.op === 'fdatasync')
    case 'sync_file_range':
      return k.ksys_sync_file_range(files[step.file], step.offset, step.length, flagsOf(step.flags))
    case 'fadvise':
      return fadvise(bench, step)
    case 'ftruncate':
      return step.readOnly === true ? EINVAL : k.do_ftruncate(files[step.file], step.size)
    case 'fallocate':
      return fallocate(bench, step)
    case 'madvise':
      return advise(bench, step)
    case 'drop_caches':
      for (const file of Object.values(files)) k.mapping_try_invalidate(file, 0, file.slots.length)
      return 0
    case 'set_dax':
      return 0
  }
}

function preadDirect({ k, files, areas }: Furniture, step: Of<'pread-direct'>): Outcome {
  const { pos, count, buffer } = direct(areas, step, step.into === 'heap' ? null : step.into, null)
  const read = k.ksys_pread64(files.main, pos, count, buffer, true)
  return step.into === 'heap' && step.skew !== 'memory' ? readOutcome(read) : { result: read[0], data: '' }
}

function pwriteDirect({ k, files, areas }: Furniture, step: Of<'pwrite-direct'>): number {
  const [place, value] = 'map' in step.from ? [step.from, null] : [null, step.from.value]
  const content = value === null ? null : Array.from({ length: step.length }, () => String(value))
  const { pos, count, buffer } = direct(areas, step, place, content)
  return k.ksys_pwrite64(files.main, pos, count, buffer, true)
}

/** Where and how much, with what is one byte more than it should be. */
function direct(
  areas: Furniture['areas'],
  { offset, length, skew }: Of<'pread-direct' | 'pwrite-direct'>,
  place: Place | null,
  content: readonly string[] | null,
): { readonly pos: number; readonly count: number; readonly buffer: UserBuffer } {
  const byte = 1 / WORD_BYTES
  const own: UserBuffer = skew === 'memory' ? [null, content ?? []] : content
  return {
    pos: offset + (skew === 'offset' ? byte : 0),
    count: length + (skew === 'length' ? byte : 0),
    buffer: place === null ? own : [areas[place.map], place.word, length],
  }
}

function readOutcome([result, data]: readonly [number, readonly string[]]): Outcome {
  return { result, data: contentText(data.map(numberOf)) }
}

/** In pieces that do not cross a page. */
function pwrite({ k, files }: Furniture, step: Of<'pwrite'>): number {
  let written = 0
  while (written < step.length) {
    const at = step.offset + written
    const piece = at < 0 ? step.length : Math.min(step.length - written, k.config.words - (at % k.config.words))
    const content = Array.from({ length: piece }, () => String(step.value))
    const result = k.ksys_pwrite64(files[step.file], at, piece, content, false)
    if (result < 0) return written > 0 ? written : result
    written += result
  }
  return written
}

/** A load or store that lies within a page. */
function accessed({ k }: Furniture, areas: Furniture['areas'], step: Access): Outcome {
  const vma = areas[step.map]
  const page = Math.floor(step.word / k.config.words)
  const words = Array.from({ length: step.length }, (_, i) => (step.word % k.config.words) + i)
  if (step.op === 'store') {
    const stored = words.every((word) => k.user_store(vma, page, word, String(step.value)))
    return { result: stored ? step.length : EFAULT, data: '' }
  }
  const loaded = words.map((word) => k.user_load(vma, page, word))
  if (loaded.includes(null)) return { result: EFAULT, data: '' }
  return { result: step.length, data: contentText(loaded.map((word) => numberOf(word ?? ''))) }
}

/** The child's accesses, and its exit. */
function fork(bench: Furniture, step: Of<'fork'>): Outcome {
  const { k, child, mm, childAreas } = bench
  k.dup_mmap(child, mm)
  const outcomes = step.accesses.map((access) => accessed(bench, childAreas, access))
  k.exit_mmap(child)
  for (const area of child.areas) area.linked.set(false)
  const data = outcomes.flatMap((outcome) => (outcome.data === '' ? [] : [outcome.data]))
  return { result: 0, data: joined(data), results: outcomes.map(({ result }) => result) }
}

function joined(texts: readonly string[]): string {
  const words = texts.flatMap((text) =>
    text.split(',').flatMap((run) => {
      const [value = 0, count = 0] = run.split('*').map(Number)
      return Array.from<number>({ length: count }).fill(value)
    }),
  )
  return contentText(words)
}

function unmap({ k, areas }: Furniture, name: MappingName): void {
  const vma: Vma = areas[name]
  if (vma.linked.get()) k.munmap(vma)
}

function fadvise({ k, files }: Furniture, { file: name, offset, length, advice }: Of<'fadvise'>): number {
  const file: AddressSpace = files[name]
  if (advice === 'WILLNEED') {
    k.vfs_fadvise_willneed(file, Math.floor(offset / k.config.words), length === 0 ? file.slots.length : Math.ceil((offset + length) / k.config.words))
    return 0
  }
  k.ksys_sync_file_range(file, offset, length, ['WAIT_BEFORE', 'WRITE', 'WAIT_AFTER'])
  k.fadvise_dontneed(file, offset, length)
  return 0
}

function fallocate({ k, files }: Furniture, { file, mode, keepSize, offset, length, readOnly }: Of<'fallocate'>): number {
  if (offset < 0 || length <= 0) return EINVAL
  if ((mode === 'PUNCH_HOLE' && !keepSize) || ((mode === 'COLLAPSE_RANGE' || mode === 'INSERT_RANGE') && keepSize)) return EOPNOTSUPP
  if (readOnly === true) return EBADF
  return k.vfs_fallocate(files[file], mode, keepSize, offset, length)
}

function flagsOf(flags: Of<'sync_file_range'>['flags']): readonly ('WAIT_BEFORE' | 'WRITE' | 'WAIT_AFTER')[] {
  if (flags === 'WAIT_BEFORE|WRITE|WAIT_AFTER') return ['WAIT_BEFORE', 'WRITE', 'WAIT_AFTER']
  return [flags]
}
