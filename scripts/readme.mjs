/**
 * Puts the diagram that Heddle prints into the README, between its markers: `npm run readme`.
 * The test suite compares the README with a real run, so that it can not go stale.
 */
import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const BLOCK = /(<!-- diagram: (\S+) -->\n```\n)[^]*?(```\n<!-- end of diagram -->)/g

/**
 * @param {string} readme
 * @param {(race: string) => string} diagramOf the diagram of the first failure of a race
 */
export function withDiagrams(readme, diagramOf) {
  return readme.replace(BLOCK, (_all, before, race, after) => `${before}${diagramOf(race).trimEnd()}\n${after}`)
}

/** @param {string} race */
function diagramFromCommand(race) {
  const cli = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url))
  const { stdout, stderr } = spawnSync(process.execPath, [cli, 'check', race, '--json'], { encoding: 'utf8' })
  const failure = JSON.parse(stdout).failures[0]
  if (failure === undefined) throw new Error(`no failure of ${race} was found\n${stderr}`)
  return failure.diagram
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const file = fileURLToPath(new URL('../README.md', import.meta.url))
  writeFileSync(file, withDiagrams(readFileSync(file, 'utf8'), diagramFromCommand))
}
