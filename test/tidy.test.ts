import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { breaches, deadFiles, importsOf, LINES_MAX, type SourceFile } from './support/tidy.js'

const root = fileURLToPath(new URL('..', import.meta.url))

/** Files that nothing imports because something else starts them. */
const ENTRIES = [
  'src/conform/linux/hold/daemon.ts',
  'src/cli/main.ts',
  'src/cli/workers/worker.ts',
  'src/engine/index.ts',
  'src/diagram/index.ts',
  'src/web/main.tsx',
  'src/web/worker.ts',
  'src/web/trace-file.tsx',
  'src/web/language-worker.ts',
  'src/report/explorer/index.ts',
]

/** It spells out what is banned. */
const RULES = path.join('test', 'support', 'tidy.ts')

function filesUnder(folder: string): readonly SourceFile[] {
  return readdirSync(path.join(root, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && /\.(ts|tsx|mjs|js|css|html|md|json)$/.test(entry.name))
    .map((entry) => path.join(entry.parentPath, entry.name))
    .filter((file) => !file.includes('node_modules') && !file.endsWith(RULES))
    .map((file) => ({ path: path.relative(root, file).split(path.sep).join('/'), text: readFileSync(file, 'utf8') }))
}

describe('the repository', () => {
  const source = filesUnder('src')

  test('keeps the house rules', () => {
    const others = ['test', 'scripts', 'docs', 'schema', 'bench', 'examples'].flatMap((folder) => existing(folder))
    expect([...source, ...others].flatMap(breaches)).toEqual([])
  })

  test('has no dead files', () => {
    expect(deadFiles(source, ENTRIES)).toEqual([])
  })

  test('names no registry in the lock file', () => {
    expect(readFileSync(path.join(root, 'package-lock.json'), 'utf8')).not.toContain('"resolved"')
  })
})

function existing(folder: string): readonly SourceFile[] {
  return readdirSync(root).includes(folder) ? filesUnder(folder) : []
}

describe('the rules themselves', () => {
  const bad = (path: string, line: string): readonly string[] => breaches({ path, text: `${line}\n` })

  test.each([
    ['src/engine/a.ts', 'const a = 1' + ';', 'semicolon'],
    ['src/engine/a.ts', 'const a = 1 ', 'white space'],
    ['src/engine/a.ts', '\tconst a = 1', 'two spaces'],
    ['src/engine/a.ts', '// TO' + 'DO later', 'do it now'],
    ['src/engine/a.ts', '// @ts-' + 'ignore', 'types right'],
    ['src/engine/a.ts', '// eslint-' + 'disable-next-line eqeqeq', 'REASON'],
    ['src/cli/a.ts', 'console' + '.log(1)', 'output'],
    ['src/cli/a.ts', 'process' + '.exit(1)', 'exit code'],
    ['test/a.test.ts', 'const a = Math' + '.random()', 'seeded'],
    ['test/a.test.ts', 'test' + ".only('a', () => {})", 'every test'],
    ['src/engine/a.ts', "import { a } fr" + "om './a'", '.js suffix'],
    ['src/kernel/a.ts', "if (fix === " + "'hugh-2') {", 'patch'],
    ['src/engine/a.ts', `const a = '${'x'.repeat(160)}'`, 'break the line'],
  ])('catch in %s: %s', (path, line, message) => {
    expect(bad(path, line)).toEqual([expect.stringContaining(message)])
  })

  test('let good lines through', () => {
    expect(bad('src/engine/a.ts', "import { a } from './a.js'")).toEqual([])
    expect(bad('src/cli/main.ts', 'process.exit()')).toEqual([])
    expect(bad('src/engine/a.ts', '// eslint-disable-next-line eqeqeq -- null and undefined alike')).toEqual([])
  })

  test('count lines and line breaks at the end', () => {
    expect(breaches({ path: 'src/a.ts', text: 'a\n'.repeat(LINES_MAX) })).toEqual([])
    expect(breaches({ path: 'src/a.ts', text: 'a\n'.repeat(LINES_MAX + 1) })).toEqual([expect.stringContaining('split it')])
    expect(breaches({ path: 'src/a.ts', text: 'a' })).toEqual([expect.stringContaining('one line break')])
    expect(breaches({ path: 'src/a.ts', text: 'a\n\n' })).toEqual([expect.stringContaining('one line break')])
  })

  test('find files that nothing reaches', () => {
    const files = [
      { path: 'src/main.ts', text: "import { a } from './a/a.js'\nimport './page.css'\nconst later = import('./late.js')\n" },
      { path: 'src/a/a.ts', text: "export * from '../b.js'\n" },
      { path: 'src/b.ts', text: "import './c.js'\n" },
      { path: 'src/c.ts', text: '\n' },
      { path: 'src/late.tsx', text: '\n' },
      { path: 'src/page.css', text: '\n' },
      { path: 'src/page.html', text: '\n' },
      { path: 'src/lonely.ts', text: "import { a } from './b.js'\n" },
    ]
    expect(deadFiles(files, ['src/main.ts'])).toEqual(['src/lonely.ts'])
    expect(importsOf({ path: 'src/a/a.ts', text: "import type { B } from '../b.js'\n" })).toEqual(['src/b.ts'])
  })
})
