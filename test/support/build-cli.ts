/** Before any test: the command line is built from the sources as they are, for tests that start it as a process. */
import { fileURLToPath } from 'node:url'
import type { TestProject } from 'vitest/node'
import { buildJavaScript } from '../../scripts/build.mjs'

declare module 'vitest' {
  export interface ProvidedContext {
    /** Folder with `cli/main.js` and `cli/worker.js`. */
    builtCli: string
  }
}

export async function setup(project: TestProject): Promise<void> {
  const folder = fileURLToPath(new URL('../../node_modules/.cache/heddle-test/', import.meta.url))
  await buildJavaScript(folder)
  project.provide('builtCli', folder)
}
