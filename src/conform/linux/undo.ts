/** Things to be undone, last first; also when the process is interrupted. */
export class Undo {
  readonly #steps: (() => void)[] = []

  add(step: () => void): void {
    this.#steps.push(step)
  }

  /** @returns what could not be undone, in words */
  run(): readonly string[] {
    const failed: string[] = []
    for (let step = this.#steps.pop(); step !== undefined; step = this.#steps.pop()) {
      try {
        step()
      } catch (error) {
        failed.push(error instanceof Error ? error.message.split('\n').slice(0, 2).join(' ') : String(error))
      }
    }
    return failed
  }

  /** Does some work, and undoes at its end what it added. @throws Error if something could not be undone */
  async scope<T>(work: (inner: Undo) => Promise<T>): Promise<T> {
    const inner = new Undo()
    this.add(() => void inner.run())
    let result: T
    try {
      result = await work(inner)
    } finally {
      const failed = inner.run()
      if (failed.length > 0) this.add(() => complain(failed))
    }
    return result
  }
}

function complain(failed: readonly string[]): never {
  throw new Error(failed.join('; '))
}
