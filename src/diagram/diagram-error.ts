/** A text that can not be read as a diagram. */

export interface Complaint {
  readonly message: string
  /** 1-based line of the text; null if it is about the text as a whole. */
  readonly line: number | null
  /** What to do about it. */
  readonly hint: string
}

export class DiagramError extends Error {
  override readonly name = 'DiagramError'
  readonly line: number | null
  readonly hint: string

  constructor(complaint: Complaint) {
    super(complaint.message)
    this.line = complaint.line
    this.hint = complaint.hint
  }
}
