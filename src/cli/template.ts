/** The files of the project that `heddle init` makes, by name. */
export function templateFiles(name: string, heddle: string): Readonly<Record<string, string>> {
  const packageName = name.toLowerCase().replace(/[^a-z0-9._-]+/g, '-').replace(/^[._-]+/, '') || 'demo'
  const manifest = {
    name: packageName,
    private: true,
    type: 'module',
    scripts: { check: 'heddle check counter.ts', test: 'node --test' },
    devDependencies: { heddle },
  }
  return {
    'package.json': `${JSON.stringify(manifest, null, 2)}\n`,
    'tsconfig.json': TSCONFIG,
    'counter.ts': PROGRAM,
    'counter.test.js': TEST,
    '.gitignore': 'node_modules/\n',
  }
}

const TSCONFIG = `{
  "compilerOptions": { "target": "ES2022", "module": "NodeNext", "strict": true, "noEmit": true },
  "include": ["*.ts"]
}
`

const PROGRAM = `import { program } from 'heddle/engine'

/**
 * Two tasks add one to a counter, each by reading it and writing back one more. Every read and every write of a tracked
 * object is a step; Heddle tries all the orders in which the tasks can take them.
 */
export default program('counter', (world) => {
  const counter = world.cell('counter', 0)
  const addOne = () => {
    const seen = counter.get()
    counter.set(seen + 1)
  }
  world.task('A', addOne)
  world.task('B', addOne)
  world.finally(() => {
    world.assert(counter.get() === 2, 'an update was lost')
  })
})
`

const TEST = `import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'

// \`npm test\` puts the installed heddle on the path. Exit status 0: holds, 1: a race was found, 3: a bound was hit.
function check(file) {
  const { stdout, stderr } = spawnSync('heddle', ['check', file, '--json'], { encoding: 'utf8', shell: process.platform === 'win32' })
  assert.notEqual(stdout, '', stderr)
  return JSON.parse(stdout)
}

test('the counter loses an update', () => {
  // Mend the program (world.spinlock('lock') is one way), run this again, and expect 'holds' from then on.
  const result = check('counter.ts')
  assert.equal(result.verdict, 'race')
  assert.deepEqual(
    result.failures.map((failure) => failure.message),
    ['an update was lost'],
  )
})
`
