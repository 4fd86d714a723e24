import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { describe, expect, test } from 'vitest'
import { withDiagrams } from '../scripts/readme.mjs'
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
    const { stdout } = await heddle(['check', 'writeback-wakeup', '--json'])
    const { failures } = JSON.parse(stdout) as { readonly failures: readonly [{ readonly diagram: string }] }
    expect(withDiagrams(read('README.md'), () => failures[0].diagram)).toBe(read('README.md'))
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

test('docs/engine.md has an example that runs', async () => {
  const cwd = folderWith({})
  const printed = `${snippet('docs/engine.md')}\nconsole.log(result.verdict)\n`
  const { outputFiles } = await build({
    stdin: { contents: printed, resolveDir: root, loader: 'ts' },
    alias: { 'heddle/engine': path.join(root, 'src/engine/index.ts') },
    bundle: true,
    format: 'esm',
    write: false,
  })
  const script = path.join(cwd, 'example.mjs')
  writeFileSync(script, outputFiles[0]?.text ?? '')
  const { stdout, stderr } = spawnSync(process.execPath, [script], { encoding: 'utf8' })
  expect(stderr).toBe('')
  expect(stdout).toBe('race\n')
})

test('CONTRIBUTING names files that are there', () => {
  const paths = Array.from(read('CONTRIBUTING.md').matchAll(/`((?:src|test|docs)\/[\w./-]+)`/g), ([, name = '']) => name)
  expect(paths.length).toBeGreaterThan(10)
  for (const name of paths.filter((one) => !/RACE|NAME/.test(one))) {
    expect(() => readFileSync(path.join(root, name)), name).not.toThrow(/ENOENT/)
  }
})
