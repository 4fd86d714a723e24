import type { Race } from '../../races/index.js'
import { matrixResult, type MatrixResult } from '../../report/matrix-result.js'
import type { CheckResult } from '../../report/check-result.js'
import { eachFix } from '../configuration.js'
import { EXIT, type ExitCode } from '../exit-code.js'
import type { Host } from '../host.js'
import { searchOptions, wantedConfiguration, type ParsedOptions } from '../options.js'
import { assertWritable, emit, paletteFor } from '../output.js'
import { runTargets } from '../run-targets.js'
import { selectRaces, selectTargets } from '../selection.js'
import { UsageError } from '../usage-error.js'

/**
 * `heddle matrix`: every race as it is and with each of its fixes; whole races only, since a fix is for all programs. One
 * table for each file system and memory model of the race, unless one is asked for.
 */
export async function matrix(names: readonly string[], options: ParsedOptions, host: Host): Promise<ExitCode> {
  const partial = names.find((name) => name.includes('/'))
  if (partial !== undefined) {
    throw new UsageError(`a matrix is of whole races, not of ${partial}`, `heddle check ${partial} checks one program`)
  }
  const wanted = { ...wantedConfiguration(options), fixes: [] }
  const selected = selectRaces(names).map(({ race }) => race)
  const targets = []
  for (const race of selected) {
    // All rows are of one kernel, so that they can be compared.
    const kernel = wanted.kernel ?? race.kernels[0] ?? null
    const rows = [[], ...eachFix(race, kernel).map((fix) => [fix])]
    for (const fs of wanted.fs === null ? race.fileSystems : [wanted.fs]) {
      for (const memory of options.memory === undefined ? race.memories : [options.memory]) {
        for (const fixes of rows) {
          targets.push(...(await selectTargets([race.name], { kernel, fs, memory, fixes }, { allFixes: false, cwd: host.cwd })))
        }
      }
    }
  }
  await assertWritable(options.out, host)
  const results = await runTargets(targets, searchOptions(options, () => 0), options.workers ?? host.cores, host)
  const matrices = selected.flatMap((race) => tablesOf(race, results))
  if (options.json === true) {
    const { matrixJson } = await import('../../report/matrix-json.js')
    await emit(matrixJson(matrices), options.out, host)
  } else {
    const { matrixText } = await import('../../report/matrix-text.js')
    const palette = paletteFor(options.out, host)
    await emit(matrices.map((one) => matrixText(one, { palette })).join('\n'), options.out, host)
  }
  return exitCode(results)
}

/** One table for each file system and memory model that was run, in the order of the results. */
function tablesOf(race: Race, results: readonly CheckResult[]): readonly MatrixResult[] {
  const tables = new Map<string, CheckResult[]>()
  for (const result of results.filter((one) => one.race === race.name)) {
    const key = `${result.fs} ${result.memory}`
    tables.set(key, [...(tables.get(key) ?? []), result])
  }
  return [...tables.values()].map((checks) => matrixResult(race, checks))
}

/** The question was answered, unless a bound kept a cell open. */
function exitCode(results: readonly CheckResult[]): ExitCode {
  return results.some((result) => result.bound !== null) ? EXIT.unknown : EXIT.holds
}
