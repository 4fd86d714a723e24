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
    reporters: ['default', new TallyReporter()],
    testTimeout: 60_000,
    // Races are explored for minutes: every core takes part.
    maxWorkers: '100%',
    projects: [
      {
        extends: true,
        test: { name: 'node', include: ['test/**/*.test.ts'], exclude: ['test/web/**'], globalSetup: ['test/support/build-cli.ts'] },
      },
      {
        // What happens in a browser.
        extends: true,
        test: { name: 'web', include: ['test/web/**/*.test.ts'], globalSetup: ['test/web/build-explorer.ts'], hookTimeout: 60_000 },
      },
    ],
  },
})
