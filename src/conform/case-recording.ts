/** Recorded interleavings: JSON lines, a header and then a case a line. */
import type { CaseRecord } from './case.js'
import type { FileSystemName } from './record.js'

export const CASE_RECORDING_FORMAT = 'heddle-interleavings/1'

export interface CaseRecordingHeader {
  readonly format: typeof CASE_RECORDING_FORMAT
  /** `uname -r` and `uname -m`. */
  readonly release: string
  readonly machine: string
  readonly fs: FileSystemName
  /** What the cases were made from. */
  readonly seed: number
  readonly cases: number
}

export interface CaseRecording {
  readonly header: CaseRecordingHeader
  readonly records: readonly CaseRecord[]
}

export function caseRecordingText({ header, records }: CaseRecording): string {
  return `${[header, ...records].map((line) => JSON.stringify(line)).join('\n')}\n`
}

/** @throws RangeError if the text is not of `caseRecordingText` */
export function readCaseRecording(text: string): CaseRecording {
  const [first = '', ...lines] = text.split('\n').filter((line) => line !== '')
  const header = first.startsWith('{') ? (JSON.parse(first) as CaseRecordingHeader) : null
  if (header?.format !== CASE_RECORDING_FORMAT) throw new RangeError(`not a recording of ${CASE_RECORDING_FORMAT}`)
  return { header, records: lines.map((line) => JSON.parse(line) as CaseRecord) }
}
