/** A place in a file of the user's. */
export interface Place {
  readonly file: string
  /** 1-based; absent if the whole file is meant. */
  readonly line?: number | undefined
}

/** The call or its input is wrong: exit status 2, with the place in a file if there is one, and what to do about it. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
  constructor(
    message: string,
    readonly hint: string,
    readonly place?: Place,
  ) {
    super(message)
  }

  /** As it is printed: `file:line: message`, then the hint on a line of its own. */
  text(): string {
    const { place } = this
    const where = place === undefined ? '' : `${place.file}${place.line === undefined ? '' : `:${place.line}`}: `
    return `heddle: ${where}${this.message}\n${this.hint === '' ? '' : `hint: ${this.hint}\n`}`
  }
}
