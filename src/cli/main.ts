#!/usr/bin/env node
import { fileURLToPath } from 'node:url'
import { processHost } from './host.js'
import { run } from './run.js'

// A reader such as `head` may close the pipe before everything is written.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
  process.exit()
})

process.exitCode = await run(
  process.argv.slice(2),
  processHost({
    workerScript: new URL('./worker.js', import.meta.url),
    holdDaemonScript: new URL('../conform/hold-daemon.js', import.meta.url),
    packageRoot: fileURLToPath(new URL('../..', import.meta.url)),
    explorer: fileURLToPath(new URL('../web', import.meta.url)),
  }),
)
