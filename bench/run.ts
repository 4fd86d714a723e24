import { readFile, writeFile } from 'node:fs/promises'
import { cpus } from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { measureClaims } from './claims.js'
import { heddleAt } from './heddle.js'
import { measureRows } from './measure.js'
import { markdown, type Report } from './report.js'
import { ROWS } from './rows.js'
import { findSpin } from './spin.js'

const HELP = `npm run bench -- [options]

Runs the benchmark programs with Heddle and, if it is installed, with SPIN.

  --rounds N     times to run each row (default: 3)
  --only A,B     only the rows whose names begin so, and no promises: --only w1,w3-2
  --json         print JSON instead of a table
  --write        put the result into docs/performance.md and the README, between their markers
  --cli FILE     the command line to measure (default: dist/cli/main.js)

Exit status: 0 all was measured, whatever the times; 1 a verdict was wrong; 2 the call is wrong.
`

/** Files with a place for the result. */
const DOCUMENTS = ['docs/performance.md', 'README.md']
const BEGIN = '<!-- bench: written by npm run bench -->\n'
const END = '<!-- /bench -->'

/** @param root folder of the repository, with a slash at its end */
export async function main(argv: readonly string[], root: string): Promise<number> {
  let options
  try {
    options = parseOptions(argv)
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${HELP}`)
    return 2
  }
  if (options.help) {
    process.stdout.write(HELP)
    return 0
  }
  const say = (what: string): void => void process.stderr.write(`${what}\n`)
  try {
    const report = await measure(options, root, say)
    process.stdout.write(options.json ? `${JSON.stringify({ schema: 'heddle-bench/1', ...report }, null, 2)}\n` : markdown(report))
    if (options.write) for (const file of DOCUMENTS) await fill(path.join(root, file), markdown(report), say)
    return 0
  } catch (error) {
    say(error instanceof Error ? error.message : String(error))
    return 1
  }
}

interface Options {
  readonly rounds: number
  readonly only: readonly string[] | null
  readonly json: boolean
  readonly write: boolean
  readonly help: boolean
  readonly cli: string
}

/** @throws Error if an option is unknown or has no good value */
function parseOptions(argv: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      rounds: { type: 'string', default: '3' },
      only: { type: 'string' },
      json: { type: 'boolean', default: false },
      write: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
      cli: { type: 'string', default: 'dist/cli/main.js' },
    },
  })
  const rounds = Number(values.rounds)
  if (!Number.isInteger(rounds) || rounds < 1) throw new Error(`--rounds ${values.rounds}: a whole number from 1 is wanted`)
  if (values.write && values.only !== undefined) throw new Error('--write wants a run of all rows: leave --only out')
  return { ...values, rounds, only: values.only?.split(',') ?? null }
}

async function measure(options: Options, root: string, say: (what: string) => void): Promise<Report> {
  const { only } = options
  const rows = ROWS.filter((row) => only === null || only.some((start) => row.id.startsWith(start)))
  if (rows.length === 0) throw new Error(`no row's name begins so; the rows are ${ROWS.map((row) => row.id).join(', ')}`)
  const heddle = heddleAt(path.resolve(root, options.cli), root)
  const spin = await findSpin(path.join(root, 'bench', 'promela'))
  if ('missing' in spin) say(`SPIN is left out: ${spin.missing}`)
  const measured = await measureRows(rows, options.rounds, heddle, 'missing' in spin ? null : spin, say)
  const claims = only === null ? await measureClaims(heddle, options.rounds, say) : []
  const [processor] = cpus()
  return {
    date: new Date().toISOString().slice(0, 10),
    machine: `${cpus().length} cores (${processor?.model.trim() ?? 'unknown'}), Node ${process.versions.node}`,
    spin: 'missing' in spin ? `left out, ${spin.missing}` : spin.version,
    rounds: options.rounds,
    rows: measured,
    claims,
  }
}

/** Replaces what is between the markers. A document without them is left as it is. */
async function fill(file: string, text: string, say: (what: string) => void): Promise<void> {
  const before = await readFile(file, 'utf8')
  const begin = before.indexOf(BEGIN)
  const end = before.indexOf(END)
  if (begin < 0 || end < begin) {
    say(`${file} has no place for the result`)
    return
  }
  await writeFile(file, `${before.slice(0, begin)}${BEGIN}\n${text}\n${before.slice(end)}`)
  say(`${file} has the result`)
}
