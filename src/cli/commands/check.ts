import { randomInt } from 'node:crypto'
import { together, type CheckResult } from '../../report/check-result.js'
import { exitCodeOf, type ExitCode } from '../exit-code.js'
import type { Host } from '../host.js'
import { searchOptions, wantedConfiguration, type Format, type ParsedOptions } from '../options.js'
import { assertWritable, emit, paletteFor } from '../output.js'
import { runTargets } from '../run-targets.js'
import { selectTargets } from '../selection.js'
import { UsageError } from '../usage-error.js'

/** `heddle check`: names to targets, targets to results, results to text. */
export async function check(names: readonly string[], options: ParsedOptions, host: Host): Promise<ExitCode> {
  const search = searchOptions(options, () => randomInt(0x1_0000_0000))
  const targets = await selectTargets(names, wantedConfiguration(options), {
    allFixes: options.allFixes ?? false,
    cwd: host.cwd,
  })
  if (targets.length === 0) throw new UsageError('nothing was selected', 'heddle list shows what there is')
  if (search.strategy !== 'exhaustive') host.stderr.write(`seed ${search.seed}\n`)
  await assertWritable(options.out, host)
  const results = await runTargets(targets, search, options.workers ?? host.cores, host)
  if (search.checkCollisions) host.stderr.write(collisionsText(results))
  await emit(await format(results, options.format ?? 'text', options.out, host), options.out, host)
  return exitCodeOf(together(results.map((result) => result.verdict)))
}

/** Results that differ do not get this far. */
function collisionsText(results: readonly CheckResult[]): string {
  return results.every((result) => result.bound === null)
    ? 'a second search with other fingerprints found the same\n'
    : 'a bound was hit: what was searched with other fingerprints was not compared\n'
}

async function format(results: readonly CheckResult[], as: Format, out: string | undefined, host: Host): Promise<string> {
  switch (as) {
    case 'text': {
      const { textReport } = await import('../../report/text-report.js')
      return results.map((result) => textReport(result, { palette: paletteFor(out, host) })).join('\n')
    }
    case 'json': {
      const { jsonReport } = await import('../../report/json-report.js')
      return jsonReport(results)
    }
    case 'junit': {
      const { junitReport } = await import('../../report/junit-report.js')
      return junitReport(results)
    }
    case 'sarif': {
      const { sarifReport } = await import('../../report/sarif-report.js')
      return sarifReport(results)
    }
  }
}
