/** What docs/findings.md shows is what the model says: `npx vitest run test/races/findings.test.ts -u` brings it up to date. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { explore, replay } from '../../src/engine/index.js'
import { races } from '../../src/races/index.js'
import type { FileSystem, Memory } from '../../src/races/race.js'
import { diagram } from '../../src/report/diagram.js'
import { programOf } from './support.js'

const FINDINGS = fileURLToPath(new URL('../../docs/findings.md', import.meta.url))
const BLOCK = /(<!-- diagram: (\S+)((?: --\S+ \S+)*)(?: '([^']+)')? -->\n```\n)[^]*?(```\n<!-- end of diagram -->)/g

/** The diagram of a program's first failure, or of the one whose message says `wanted`; `options` are those of the command line. */
function diagramOf(name: string, options: string, wanted: string): string {
  const [raceName, program = ''] = name.split('/')
  const race = races.find((one) => one.name === raceName)
  if (race === undefined) throw new Error(`no race ${name}`)
  const option = (wantedOption: string): string | undefined => new RegExp(` --${wantedOption} (\\S+)`).exec(options)?.[1]
  const subject = programOf(race, program, {
    fixes: option('fix')?.split(',') ?? [],
    fs: (option('fs') ?? 'ext4') as FileSystem,
    memory: (option('memory') ?? 'sc') as Memory,
  })
  const failure = explore(subject).failures.find(({ message }) => message.includes(wanted))
  if (failure === undefined) throw new Error(`${name} has no such failure`)
  return diagram(replay(subject, failure.schedule, failure))
}

it('the findings show the diagrams that are printed', async () => {
  const before = readFileSync(FINDINGS, 'utf8')
  const again = (_all: string, open: string, name: string, options: string, wanted: string | undefined, close: string): string =>
    `${open}${diagramOf(name, options, wanted ?? '').trimEnd()}\n${close}`
  const written = before.replace(BLOCK, again)
  await expect(written).toMatchFileSnapshot(FINDINGS)
}, 180_000)
