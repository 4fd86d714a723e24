/** Translates the benchmark runner and runs it: `npm run bench -- --help`. */
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const { outputFiles } = await build({
  entryPoints: [fileURLToPath(new URL('run.ts', import.meta.url))],
  bundle: true,
  write: false,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  logLevel: 'warning',
})
const code = Buffer.from(outputFiles[0]?.contents ?? []).toString('base64')
/** @type {typeof import('./run.js')} */
const { main } = await import(`data:text/javascript;base64,${code}`)
process.exitCode = await main(process.argv.slice(2), fileURLToPath(new URL('..', import.meta.url)))
