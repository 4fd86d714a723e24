/** Numbers for people. Not `toLocaleString`: reports are the same on every machine. */

/** `1,390,501`. */
export function grouped(value: number): string {
  return String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ',')
}

/** `0.042 s`, `1.7 s`, `312 s`. */
export function secondsText(seconds: number): string {
  if (seconds >= 100) return `${Math.round(seconds)} s`
  return `${seconds.toFixed(seconds < 1 ? 3 : 1)} s`
}

/** `1.2e-12`; 0 and 1 as they are. */
export function probabilityText(probability: number): string {
  return probability === 0 || probability === 1 ? String(probability) : probability.toExponential(1)
}

/** `1 failure`, `2 failures`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${grouped(count)} ${count === 1 ? one : many}`
}

/** To thousandths, for machines: clocks give more digits than they mean. */
export function thousandths(value: number): number {
  return Math.round(value * 1000) / 1000
}
