import { InvalidArgumentError } from 'commander'

/** `100000`, `1_000_000` and `1e6`. @throws InvalidArgumentError for anything but a whole number from 1 up */
export function wholeNumber(text: string): number {
  const value = numberOf(text)
  if (!Number.isSafeInteger(value) || value < 1) throw new InvalidArgumentError('It must be a whole number from 1 up, such as 1e6.')
  return value
}

/** @throws InvalidArgumentError for anything but a whole number from 0 up */
export function countNumber(text: string): number {
  const value = numberOf(text)
  if (!Number.isSafeInteger(value)) throw new InvalidArgumentError('It must be a whole number from 0 up, such as 200.')
  return value
}

/** @throws InvalidArgumentError for anything but a 32-bit whole number from 0 up */
export function seedNumber(text: string): number {
  const value = numberOf(text)
  if (!Number.isInteger(value) || value < 0 || value > 0xffff_ffff) {
    throw new InvalidArgumentError('It must be a whole number from 0 to 4294967295.')
  }
  return value
}

/** @throws InvalidArgumentError for anything but a port, or 0 for any */
export function portNumber(text: string): number {
  const value = numberOf(text)
  if (!Number.isInteger(value) || value > 65_535) throw new InvalidArgumentError('It must be a whole number from 0 to 65535.')
  return value
}

/** @throws InvalidArgumentError for anything but a number above 0 */
export function secondsNumber(text: string): number {
  const value = numberOf(text)
  if (!Number.isFinite(value) || value <= 0) throw new InvalidArgumentError('It must be a number of seconds above 0, such as 30 or 0.5.')
  return value
}

/** `a,b`, and again for every time the option is given. @throws InvalidArgumentError for an empty name */
export function nameList(text: string, before: readonly string[] = []): readonly string[] {
  const list = text.split(',').map((name) => name.trim())
  if (list.includes('')) throw new InvalidArgumentError('It must be one name, or several with commas between them.')
  return [...before, ...list]
}

function numberOf(text: string): number {
  return /^\d[\d_]*(\.\d+)?(e\d+)?$/i.test(text) ? Number(text.replaceAll('_', '')) : NaN
}
