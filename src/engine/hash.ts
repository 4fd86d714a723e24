/** Mixing of 32-bit words; two independent lanes make a 64-bit fingerprint. */

/** First lane: a bijection of 32-bit words with full avalanche. */
export function mixA(x: number): number {
  x ^= x >>> 16
  x = Math.imul(x, 0x85ebca6b)
  x ^= x >>> 13
  x = Math.imul(x, 0xc2b2ae35)
  return x ^ (x >>> 16)
}

/** Second lane: another bijection of 32-bit words, unrelated to the first. */
export function mixB(x: number): number {
  x ^= x >>> 15
  x = Math.imul(x, 0x2c1b3c6d)
  x ^= x >>> 12
  x = Math.imul(x, 0x297a2d39)
  return x ^ (x >>> 15)
}

/** Hash of a string in one lane; `seed` selects the lane. */
export function hashString(text: string, seed: number): number {
  let h = seed ^ text.length
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193) ^ (h >>> 15)
  return mixA(h)
}

/**
 * Probability that among `states` distinct states two have the same fingerprint of `bits` bits
 * (the birthday bound, exact enough while it is small).
 */
export function falseMergeProbability(states: number, bits = 64): number {
  return -Math.expm1((-states * (states - 1)) / 2 / 2 ** bits)
}
