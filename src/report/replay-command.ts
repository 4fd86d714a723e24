import type { Subject } from './check-result.js'

/** The command line that shows a schedule again, step by step. */
export function replayCommand(subject: Subject, program: string, schedule: string): string {
  const race = subject.isFile ? subject.race : `${subject.race}/${program}`
  return ['heddle replay', '--race', ...[race, ...subject.options, '--schedule', schedule].map(quoted)].join(' ')
}

/** For a POSIX shell. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`
}
