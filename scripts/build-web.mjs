/**
 * Builds the explorer: a folder of static files that works from any web server, in any folder of it.
 * `node scripts/build-web.mjs [OUTDIR]`
 */
import path from 'node:path'
import { fileURLToPath } from 'node:url'
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
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildExplorer(path.resolve(root, process.argv[2] ?? 'dist/web'))
