/** Errors of the program under test that are no failures of what it models: the call or the program is wrong. */
export class ProgramError extends Error {
  override readonly name = 'ProgramError'
  constructor(
    message: string,
    /** What to do about it, in one clause. */
    readonly hint: string,
  ) {
    super(message)
  }
}

/** A fault of the engine itself: an invariant of its own does not hold. */
export class InvariantError extends Error {
  override readonly name = 'InvariantError'
}

export function invariant(condition: boolean, message: string): asserts condition {
  if (!condition) throw new InvariantError(message)
}
