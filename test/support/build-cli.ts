/** Before any test: the command line is built from the sources as they are, for tests that start it as a process. */
import { fileURLToPath } from 'node:url'
import type { TestProject } from 'vitest/node'
import { buildJavaScript } from '../../scripts/build.mjs'

declare module 'vitest' {
  export interface ProvidedContext {
    /** Folder with `cli/main.js` and `cli/worker.js`; or why there is none, for those tests only that need it. */
    builtCli: { readonly folder: string; readonly error: string | null }
  }
}

export async function setup(project: TestProject): Promise<void> {
  const folder = fileURLToPath(new URL('../../node_modules/.cache/heddle-test/', import.meta.url))
  const error = await buildJavaScript(folder).then(
    () => null,
    (reason: unknown) => String(reason),
  )
  project.provide('builtCli', { folder, error })
}
