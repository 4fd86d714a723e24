import { program, type Program } from 'heddle/engine'

/**
 * W2: lastzero(n), known from the papers on partial-order reduction. One task looks for the last zero of a[0..n] from
 * above, n tasks make a[j] = a[j - 1] + 1.
 */
export function lastZero(n: number): Program {
  return program(`lastzero(${n})`, (world) => {
    const a = Array.from({ length: n + 1 }, (_, i) => world.cell(`a[${i}]`, 0))
    const isZero = world.fn('is_zero', (i: number) => a[i]!.get() === 0)
    world.task('scanner', () => {
      let i = n
      while (!isZero(i)) i--
    })
    for (let j = 1; j <= n; j++) {
      world.task(`writer ${j}`, () => {
        const before = a[j - 1]!.get()
        a[j]!.set(before + 1)
      })
    }
  })
}
