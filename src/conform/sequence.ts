/**
 * What a user may do to two files and some memory, as plain data. A sequence is run step by step, each call to its end, on
 * the real kernel and on the model. All offsets, lengths and sizes are in words (see `geometry.ts`).
 *
 * At the start: the main file is empty; the other file holds 4 pages of `OTHER_VALUE`, on disk and not cached; all four
 * mappings exist and have never been touched. `heap` is memory of its own that is always there.
 */

export const FILES = ['main', 'other'] as const
export type FileName = (typeof FILES)[number]

/**
 * `shared`: main, MAP_SHARED; `private`: main, MAP_PRIVATE; `other`: other, MAP_SHARED; `anon`: private anonymous memory. All are
 * readable and writable, and aligned so that fault-around sees all their pages as neighbours.
 */
export const MAPPINGS = ['shared', 'private', 'other', 'anon'] as const
export type MappingName = (typeof MAPPINGS)[number]

/** A place in a mapping. */
export interface Place {
  readonly map: MappingName
  readonly word: number
}

/** Loads and stores never cross a page. A load or store that the kernel answers with SIGBUS or SIGSEGV is seen as -EFAULT. */
export type Access =
  | ({ readonly op: 'load'; readonly length: number } & Place)
  | ({ readonly op: 'store'; readonly length: number; readonly value: number } & Place)

/**
 * One step. `readOnly`: through a descriptor opened for reading only. `skew`: that number is one byte more than said.
 * Flags and advice are the kernel's, without their prefix.
 */
export type Operation =
  | { readonly op: 'pread'; readonly file: FileName; readonly offset: number; readonly length: number }
  /** In pieces that do not cross a page, up to the first error. */
  | {
      readonly op: 'pwrite'
      readonly file: FileName
      readonly offset: number
      readonly length: number
      readonly value: number
      readonly readOnly?: true
    }
  | {
      readonly op: 'pread-direct'
      readonly offset: number
      readonly length: number
      readonly into: 'heap' | Place
      readonly skew?: 'offset' | 'length' | 'memory'
    }
  | {
      readonly op: 'pwrite-direct'
      readonly offset: number
      readonly length: number
      readonly from: { readonly value: number } | Place
      readonly skew?: 'offset' | 'length' | 'memory'
    }
  | Access
  /** In place of what is mapped there, if anything is. */
  | { readonly op: 'mmap'; readonly map: MappingName }
  | { readonly op: 'munmap'; readonly map: MappingName }
  | ({ readonly op: 'msync'; readonly length: number; readonly flags: 'SYNC' | 'ASYNC' | 'INVALIDATE' | 'SYNC|ASYNC' } & Place)
  | { readonly op: 'fsync' | 'fdatasync'; readonly file: FileName }
  | {
      readonly op: 'sync_file_range'
      readonly file: FileName
      readonly offset: number
      readonly length: number
      /** Writeback that was only started has ended before anything is observed. */
      readonly flags: 'WRITE' | 'WAIT_BEFORE' | 'WAIT_BEFORE|WRITE|WAIT_AFTER'
    }
  /** Length 0: to the end. DONTNEED: first what is dirty in the range is written back (sync_file_range, all three flags). */
  | {
      readonly op: 'fadvise'
      readonly file: FileName
      readonly offset: number
      readonly length: number
      /** Pages that WILLNEED reads have arrived before anything is observed. */
      readonly advice: 'DONTNEED' | 'WILLNEED'
    }
  | { readonly op: 'ftruncate'; readonly file: FileName; readonly size: number; readonly readOnly?: true }
  | {
      readonly op: 'fallocate'
      readonly file: FileName
      /** ALLOCATE is mode 0. PUNCH_HOLE is nothing without `keepSize`. */
      readonly mode: 'ALLOCATE' | 'PUNCH_HOLE' | 'ZERO_RANGE' | 'COLLAPSE_RANGE' | 'INSERT_RANGE'
      readonly keepSize: boolean
      readonly offset: number
      readonly length: number
      readonly readOnly?: true
    }
  /** PAGEOUT and COLD see every page, also one that was touched a moment ago. */
  | ({ readonly op: 'madvise'; readonly length: number; readonly advice: 'DONTNEED' | 'FREE' | 'PAGEOUT' | 'COLD' | 'WILLNEED' } & Place)
  /** /proc/sys/vm/drop_caches = 1 */
  | { readonly op: 'drop_caches' }
  /** A child does this with its copy of the memory, one after the other, and exits. */
  | { readonly op: 'fork'; readonly accesses: readonly Access[] }
  /** FS_IOC_FSSETXATTR with FS_XFLAG_DAX set or cleared, on the main file. */
  | { readonly op: 'set_dax'; readonly dax: boolean }

export type OperationName = Operation['op']

/** What a single call is; a fork is more than that. */
export const OPERATION_NAMES: readonly Exclude<OperationName, 'fork'>[] = [
  'pread',
  'pwrite',
  'pread-direct',
  'pwrite-direct',
  'load',
  'store',
  'mmap',
  'munmap',
  'msync',
  'fsync',
  'fdatasync',
  'sync_file_range',
  'fadvise',
  'ftruncate',
  'fallocate',
  'madvise',
  'drop_caches',
  'set_dax',
]

export interface Sequence {
  readonly seed: number
  readonly steps: readonly Operation[]
}

/** One line for people: `pwrite main 8+16 = 3`. */
export function operationText(operation: Operation): string {
  const { op, ...rest } = operation
  return [op, ...Object.entries(rest).map(([name, value]) => `${name}=${valueText(value)}`)].join(' ')
}

function valueText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((each) => operationText(each as Access)).join(', ')}]`
  if (typeof value !== 'object' || value === null) return String(value)
  return Object.values(value).join('@')
}
