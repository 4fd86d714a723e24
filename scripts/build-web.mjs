/**
 * Builds the explorer: a folder of static files that works from any web server, in any folder of it.
 * `node scripts/build-web.mjs [OUTDIR]`
 */
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { build as bundle } from 'esbuild'
import { build } from 'vite'

const root = fileURLToPath(new URL('..', import.meta.url))

/** @param {string} outdir emptied first */
export async function buildExplorer(outdir) {
  await build({
    configFile: false,
    root: path.join(root, 'src/web'),
    base: './',
    logLevel: 'warn',
    build: {
      outDir: outdir,
      emptyOutDir: true,
      target: 'es2022',
      modulePreload: false,
      reportCompressedSize: false,
      rollupOptions: {
        // The worker is an entry of its own beside the page, so that the two share what they have in common.
        input: { index: path.join(root, 'src/web/index.html'), worker: path.join(root, 'src/web/worker.ts') },
        output: { entryFileNames: (chunk) => (chunk.name === 'worker' ? 'worker.js' : 'assets/[name]-[hash].js') },
      },
    },
  })
  // No modules: the one is put into the file that a trace is saved as, the other is a worker that loads nothing.
  await bundle({
    absWorkingDir: root,
    entryPoints: { 'trace-file': 'src/web/trace-file.tsx', 'language-worker': 'src/web/language-worker.ts' },
    outdir,
    bundle: true,
    format: 'iife',
    // Asked for only where there are files.
    external: ['fs', 'path'],
    target: 'es2022',
    minify: true,
    charset: 'utf8',
    logLevel: 'warning',
  })
  await writeFile(path.join(outdir, 'types.json'), JSON.stringify(await declarations()))
  await writeFile(path.join(outdir, 'examples.json'), JSON.stringify(await examples()))
}

/** What the editor has to know: TypeScript's own declarations, and the engine's source with its documentation, by path. */
async function declarations() {
  const typescript = path.dirname(createRequire(import.meta.url).resolve('typescript'))
  const libraries = (await readdir(typescript)).filter((name) => /^lib\.(es\d+|decorators).*\.d\.ts$/.test(name))
  const engine = (await readdir(path.join(root, 'src/engine'), { recursive: true })).filter((name) => name.endsWith('.ts'))
  const files = [
    ...libraries.map((name) => /** @type {const} */ ([`/${name}`, path.join(typescript, name)])),
    ...engine.map((name) => /** @type {const} */ ([`/heddle/engine/${name}`, path.join(root, 'src/engine', name)])),
  ]
  return Object.fromEntries(await Promise.all(files.map(async ([name, file]) => [name, await readFile(file, 'utf8')])))
}

/** The programs in `examples`, the simplest first. */
async function examples() {
  const folder = path.join(root, 'examples/engine')
  const found = await Promise.all(
    (await readdir(folder)).map(async (name) => ({ name: path.basename(name, '.ts'), text: await readFile(path.join(folder, name), 'utf8') })),
  )
  return found.sort((a, b) => a.text.length - b.text.length)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildExplorer(path.resolve(root, process.argv[2] ?? 'dist/web'))
