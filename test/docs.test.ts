import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { diagramIn, withDiagrams } from '../scripts/readme.mjs'
import { folderWith, heddle } from './support/run-cli.js'

/** What the documentation shows is what happens. */

const root = fileURLToPath(new URL('..', import.meta.url))
const read = (file: string): string => readFileSync(path.join(root, file), 'utf8')

/** The first TypeScript block of a page. */
function snippet(page: string): string {
  const [, code] = /```ts\n([^]*?)```/.exec(read(page)) ?? []
  if (code === undefined) throw new Error(`${page} has no TypeScript block`)
  return code
}

describe('the README', () => {
  test('shows the diagram that is printed', async () => {
    const diagrams = new Map<string, string>()
    for (const [, program = '', kind = ''] of read('README.md').matchAll(/<!-- diagram: (\S+) (\S+) -->/g)) {
      const { stdout } = await heddle(['check', program, '--json'])
      diagrams.set(`${program} ${kind}`, diagramIn(stdout, kind))
    }
    expect(diagrams.size).toBeGreaterThan(0)
    const shown = withDiagrams(read('README.md'), (program, kind) => diagrams.get(`${program} ${kind}`) ?? '')
    expect(shown, 'npm run readme brings it up to date').toBe(read('README.md'))
  })

  test('has a program that races as it says', async () => {
    const cwd = folderWith({ 'counter.ts': snippet('README.md') })
    const { code, stdout } = await heddle(['check', 'counter.ts'], { cwd })
    expect(code).toBe(1)
    expect(stdout).toContain('an update was lost')
  })

  test('links to files that are there', () => {
    for (const page of ['README.md', 'CONTRIBUTING.md']) {
      for (const [, target = ''] of read(page).matchAll(/\]\((?!https?:)([^)#]+)\)/g)) expect(() => read(target)).not.toThrow()
    }
  })
})

test('CONTRIBUTING names files that are there', () => {
  const paths = Array.from(read('CONTRIBUTING.md').matchAll(/`((?:src|test|docs)\/[\w./-]+)`/g), ([, name = '']) => name)
  expect(paths.length).toBeGreaterThan(10)
  const missing = paths.filter((name) => !/RACE|NAME/.test(name) && !existsSync(path.join(root, name)))
  expect(missing).toEqual([])
})
