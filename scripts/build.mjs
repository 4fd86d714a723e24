/**
 * Builds `dist`: the explorer (`web`), the command line, the engine and the diagrams as JavaScript (shared code in shared chunks, so that a
 * user's program and the command line meet the same engine), the worker's entry, and the declarations of the two libraries.
 * `node scripts/build.mjs [--no-types] [OUTDIR]`
 */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { chmod, mkdir, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { buildExplorer } from './build-web.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))

/** @param {string} outdir where `cli/main.js` and `engine/index.js` are put; emptied once everything has compiled */
export async function buildJavaScript(outdir) {
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: {
      'cli/main': './src/cli/main.ts',
      'cli/worker': './src/cli/workers/worker.ts',
      'conform/hold-daemon': './src/conform/linux/hold/daemon.ts',
      'engine/index': './src/engine/index.ts',
      'diagram/index': './src/diagram/index.ts',
    },
    outdir,
    bundle: true,
    splitting: true,
    chunkNames: 'chunks/[name]-[hash]',
    format: 'esm',
    platform: 'node',
    target: 'node20',
    packages: 'external',
    sourcemap: true,
    sourcesContent: false,
    logLevel: 'warning',
    write: false,
  })
  await rm(outdir, { recursive: true, force: true })
  for (const file of outputFiles) {
    await mkdir(path.dirname(file.path), { recursive: true })
    await writeFile(file.path, file.contents)
  }
  await chmod(path.join(outdir, 'cli/main.js'), 0o755)
}

function buildDeclarations() {
  const compiler = path.join(root, 'node_modules/typescript/bin/tsc')
  const { status } = spawnSync(process.execPath, [compiler, '-p', 'tsconfig.build.json'], { cwd: root, stdio: 'inherit' })
  if (status !== 0) process.exitCode = 1
}

/** `npx heddle` in a checkout has npm link the checkout into its cache, and prepare it again: it is built already. */
const preparedByNpx = process.env.npm_command === 'exec' && existsSync(path.join(root, 'dist/cli/main.js'))

if (process.argv[1] === fileURLToPath(import.meta.url) && !preparedByNpx) {
  const outdir = process.argv.slice(2).find((argument) => !argument.startsWith('-')) ?? 'dist'
  await buildJavaScript(path.resolve(root, outdir))
  await buildExplorer(path.resolve(root, outdir, 'web'))
  if (!process.argv.includes('--no-types')) buildDeclarations()
}
