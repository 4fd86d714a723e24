import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import { TallyReporter } from './test/support/tally-reporter.js'

export default defineConfig({
  resolve: {
    alias: {
      'heddle/engine': fileURLToPath(new URL('src/engine/index.ts', import.meta.url)),
      'heddle/diagram': fileURLToPath(new URL('src/diagram/index.ts', import.meta.url)),
    },
  },
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/build-cli.ts'],
    reporters: ['default', new TallyReporter()],
    testTimeout: 60_000,
    // Races are explored for minutes: every core takes part.
    maxWorkers: '100%',
  },
})
