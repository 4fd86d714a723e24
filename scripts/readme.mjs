/**
 * Puts the diagram that Heddle prints into the README, between its markers: `npm run readme`.
 * The test suite compares the README with a real run, so that it can not go stale.
 */
import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const BLOCK = /(<!-- diagram: (\S+) (\S+) -->\n```\n)[^]*?(```\n<!-- end of diagram -->)/g

/**
 * @param {string} readme
 * @param {(program: string, kind: string) => string} diagramOf the diagram of a program's first failure of a kind
 */
export function withDiagrams(readme, diagramOf) {
  return readme.replace(BLOCK, (_all, before, program, kind, after) => `${before}${diagramOf(program, kind).trimEnd()}\n${after}`)
}

/**
 * The diagram of the first failure of a kind in what `heddle check --json` printed.
 * @param {string} json
 * @param {string} kind
 * @returns {string}
 */
export function diagramIn(json, kind) {
  /** @type {{ failures: { kind: string, diagram: string }[] }} */
  const { failures } = JSON.parse(json)
  const failure = failures.find((one) => one.kind === kind)
  if (failure === undefined) throw new Error(`there is no ${kind} among the failures`)
  return failure.diagram
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const file = fileURLToPath(new URL('../README.md', import.meta.url))
  const cli = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url))
  const readme = withDiagrams(readFileSync(file, 'utf8'), (program, kind) => {
    const { stdout } = spawnSync(process.execPath, [cli, 'check', program, '--json'], { encoding: 'utf8' })
    return diagramIn(stdout, kind)
  })
  writeFileSync(file, readme)
}
