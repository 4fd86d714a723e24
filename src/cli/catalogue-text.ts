import type { Race } from '../races/race.js'

/** The catalogue as people read it: each race with what it runs on, its programs, failures and fixes. */
export function catalogueText(races: readonly Race[]): string {
  return `${races.map(raceText).join('\n\n')}\n`
}

/** The catalogue as data: everything but the functions. */
export function catalogueJson(races: readonly Race[]): string {
  const entries = races.map((race) => ({
    schema: 'heddle-race/1',
    name: race.name,
    title: race.title,
    summary: race.summary,
    thread: race.thread,
    kernels: race.kernels,
    fileSystems: race.fileSystems,
    memories: race.memories,
    programs: race.programs.map(({ name, summary }) => ({ name, summary })),
    blocks: race.blocks.actors.map(({ name, summary }) => ({ name, summary })),
    failures: race.failures.map(({ name, summary }) => ({ name, summary })),
    fixes: race.fixes,
  }))
  return `${JSON.stringify(entries, null, 2)}\n`
}

function raceText(race: Race): string {
  return [
    race.name,
    ...wrapped(race.title, 2),
    '',
    `  kernels       ${race.kernels.join(', ')}`,
    `  file systems  ${race.fileSystems.join(', ')}`,
    `  memory        ${race.memories.join(', ')}`,
    ...section('programs', race.programs),
    ...section('building blocks (RACE/BLOCK+BLOCK is a program too)', race.blocks.actors),
    ...section('failures', race.failures),
    ...section(
      'fixes',
      race.fixes.map((fix) => ({ name: fix.name, summary: `${fix.summary} (${fix.author}, ${fix.date.slice(0, 10)})` })),
    ),
  ].join('\n')
}

function section(title: string, entries: readonly { readonly name: string; readonly summary: string }[]): readonly string[] {
  if (entries.length === 0) return []
  return ['', `  ${title}`, ...entries.flatMap(({ name, summary }) => [`    ${name}`, ...wrapped(summary, 8)])]
}

/** Lines of at most 80 characters, indented. */
function wrapped(text: string, indent: number): readonly string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(/\s+/)) {
    if (line !== '' && indent + line.length + 1 + word.length > 80) {
      lines.push(line)
      line = word
    } else {
      line = line === '' ? word : `${line} ${word}`
    }
  }
  return [...lines, line].map((one) => ' '.repeat(indent) + one)
}
