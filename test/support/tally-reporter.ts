import type { Reporter, SerializedError, TestModule } from 'vitest/node'

/** Ends a run's output with one plain line, `N passed, N failed`, for scripts that read nothing else. */
export class TallyReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly SerializedError[]): void {
    let passed = 0
    let failed = unhandledErrors.length
    for (const module of modules) {
      let failedHere = 0
      for (const test of module.children.allTests()) {
        const { state } = test.result()
        if (state === 'passed') passed++
        else if (state === 'failed') failedHere++
      }
      // A file that can not even be loaded has no tests, and is a failure all the same.
      if (failedHere === 0 && module.state() === 'failed') failedHere = 1
      failed += failedHere
    }
    process.stdout.write(`${passed} passed, ${failed} failed\n`)
  }
}
