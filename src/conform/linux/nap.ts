const clock = new Int32Array(new SharedArrayBuffer(4))

/** Sleeps without letting anybody else run: the kernel's own threads need a moment. */
export function nap(milliseconds: number): void {
  Atomics.wait(clock, 0, 0, milliseconds)
}
