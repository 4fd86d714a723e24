/** Ctrl-C as every thread sees it: one flag in shared memory. */
export class Interrupt {
  readonly #flag: Int32Array

  /** @param shared the memory of another thread's flag; new memory if absent */
  constructor(readonly shared: SharedArrayBuffer = new SharedArrayBuffer(4)) {
    this.#flag = new Int32Array(shared)
  }

  request(): void {
    Atomics.store(this.#flag, 0, 1)
  }

  get requested(): boolean {
    return Atomics.load(this.#flag, 0) === 1
  }
}
