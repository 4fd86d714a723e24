/** Before any test in a browser: the command line and the explorer are built from the sources as they are. */
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import type { TestProject } from 'vitest/node'
import { buildExplorer } from '../../scripts/build-web.mjs'
import { buildJavaScript } from '../../scripts/build.mjs'
import { chromiumPath, NO_CHROMIUM } from './support/chromium.js'

declare module 'vitest' {
  export interface ProvidedContext {
    /** Folder with `cli/main.js` and `web/index.html`. */
    builtExplorer: string
  }
}

export async function setup(project: TestProject): Promise<void> {
  if (chromiumPath() === null) process.stderr.write(`\n${NO_CHROMIUM}; they are left out\n`)
  const folder = fileURLToPath(new URL('../../node_modules/.cache/heddle-web-test/', import.meta.url))
  await buildJavaScript(folder)
  await buildExplorer(path.join(folder, 'web'))
  project.provide('builtExplorer', folder)
}
