/**
 * What is observed of a sequence, and how recordings are written: JSON lines, a header and then a sequence a line.
 * Fields may be added; those that are here keep their meaning.
 */
import type { Sequence } from './sequence.js'

export const RECORDING_FORMAT = 'heddle-conform/1'

export type FileSystemName = 'ext4' | 'xfs'

/** State of a file. A text has a letter, or a content and a blank, for each page from the first. */
export interface FileState {
  /** Words. */
  readonly size: number
  /** mincore through a mapping nobody touches: `1` in the cache and uptodate, `0` not. */
  readonly incore: string
  /** cachestat: `.` absent, `c` clean, `d` dirty, `w` under writeback, `x` both. */
  readonly cache: string
  /** FIEMAP without syncing: `h` hole, `D` data, `U` unwritten, `d` delayed allocation. */
  readonly blocks: string
  /** Content of every page in the cache up to the end of the file (see `pagesText`). */
  readonly cached: string
  /** Content of every block with data as it is on the device; all of it, also beyond the end of the file. */
  readonly disk: string
}

/** State of the process's memory. */
export interface MemoryState {
  /** `.` nothing mapped there by the page table, `p` present, `z` the zero page, `s` swapped out. */
  readonly anon: string
  /** Content of the anonymous pages that are present (`.`: others). */
  readonly anonData: string
  /** Page table of the shared mapping of the main file: `.` or `f` (the file's page). */
  readonly shared: string
  /** Page table of the private mapping: `.`, `f` the file's page, `a` a copy of its own, `s` that copy swapped out. */
  readonly private: string
  /** Content of those copies. */
  readonly privateData: string
  /** Page table of the mapping of the other file. */
  readonly other: string
}

/** What a call returned. */
export interface Outcome {
  /** Words read or written, or 0; or -errno. Of several pieces: words until the first error, which is returned if it was the first. */
  readonly result: number
  /** Words read (see `contentText`); of a fork, of all its loads one after the other. */
  readonly data: string
  /** Of a fork, in place of `data` alone: result of each access. */
  readonly results?: readonly number[]
}

/** After one step. Without privileges only `main.size` and `other.size` of the state are known. */
export interface Observation extends Outcome {
  readonly main: Partial<FileState> & Pick<FileState, 'size'>
  readonly other: Partial<FileState> & Pick<FileState, 'size'>
  readonly memory?: MemoryState
}

/** After the last step. */
export interface EndState {
  /** Both files through the cache. */
  readonly main: string
  readonly other: string
  /** And again from the device: after fsync, munmap of everything and fadvise DONTNEED. */
  readonly mainAgain: string
  readonly otherAgain: string
}

export interface SequenceRecord extends Sequence {
  readonly observations: readonly Observation[]
  readonly end: EndState
}

export interface RecordingHeader {
  readonly format: typeof RECORDING_FORMAT
  /** `uname -r` and `uname -m`. */
  readonly release: string
  readonly machine: string
  readonly fs: FileSystemName
  /** Options of mkfs and mount, and what else was set. */
  readonly mkfs: readonly string[]
  readonly mount: string
  readonly tuning: readonly string[]
  readonly generator: number
  /** Seeds from this one upwards. */
  readonly firstSeed: number
  readonly sequences: number
}

export interface Recording {
  readonly header: RecordingHeader
  readonly records: readonly SequenceRecord[]
}

export function headerLine(header: RecordingHeader): string {
  return JSON.stringify(header)
}

/** One line without a line break. Of each state only what changed since the step before is written. */
export function recordLine(record: SequenceRecord): string {
  let before: Partial<Observation> = {}
  const observations = record.observations.map((observation) => {
    const { main, other, memory, data, ...outcome } = observation
    const changed = {
      ...outcome,
      ...(data === '' ? {} : { data }),
      ...part('main', changes(before.main, main)),
      ...part('other', changes(before.other, other)),
      ...(memory === undefined ? {} : part('memory', changes(before.memory, memory))),
    }
    before = observation
    return changed
  })
  return JSON.stringify({ seed: record.seed, steps: record.steps, observations, end: record.end })
}

function part(name: string, changed: object): object {
  return Object.keys(changed).length === 0 ? {} : { [name]: changed }
}

function changes<T extends object>(before: T | undefined, now: T): Partial<T> {
  const entries = Object.entries(now).filter(([name, value]) => (before as Record<string, unknown> | undefined)?.[name] !== value)
  return Object.fromEntries(entries) as Partial<T>
}

/** A line of `recordLine`, complete again. */
export function readRecordLine(line: string): SequenceRecord {
  const written = JSON.parse(line) as SequenceRecord
  let before: Partial<Observation> = {}
  const observations = written.observations.map((changed) => {
    const memory = changed.memory ?? before.memory
    const observation: Observation = {
      ...changed,
      data: (changed as Partial<Outcome>).data ?? '',
      main: { ...before.main, ...changed.main },
      other: { ...before.other, ...changed.other },
      ...(memory === undefined ? {} : { memory: { ...before.memory, ...memory } }),
    }
    before = observation
    return observation
  })
  return { ...written, observations }
}

/**
 * @param text header and records, a line each
 * @throws RangeError if it is no recording of this format
 */
export function readRecording(text: string): Recording {
  const [first = '', ...lines] = text.split('\n').filter((line) => line !== '')
  const header = first.startsWith('{') ? (JSON.parse(first) as RecordingHeader) : null
  if (header?.format !== RECORDING_FORMAT) throw new RangeError(`not a recording of ${RECORDING_FORMAT}`)
  return { header, records: lines.map(readRecordLine) }
}
