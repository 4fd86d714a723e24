/** The house rules that no compiler knows: each with what to do instead. Pure functions; `test/tidy.test.ts` reads the files. */

/** A file with its path from the root of the repository, with forward slashes. */
export interface SourceFile {
  readonly path: string
  readonly text: string
}

interface Ban {
  /** Which files it is about. */
  readonly files: RegExp
  readonly pattern: RegExp
  /** Said to whoever breaks it. */
  readonly instead: string
}

export const LINES_MAX = 500
export const WIDTH_MAX = 160

const CODE = /\.(ts|tsx|mjs|js)$/
const EVERYTHING = /./

export const BANS: readonly Ban[] = [
  { files: CODE, pattern: /^(?!\s*while \().*;\s*$/, instead: 'no semicolon at the end of a line' },
  { files: EVERYTHING, pattern: /[ \t]+$/, instead: 'no white space at the end of a line' },
  { files: CODE, pattern: /\t/, instead: 'indent with two spaces' },
  { files: CODE, pattern: /\b(TODO|FIXME|XXX)\b/, instead: 'do it now, or say in plain words what is not covered' },
  { files: CODE, pattern: /@ts-(ignore|nocheck|expect-error)/, instead: 'make the types right' },
  { files: CODE, pattern: /eslint-disable(?!-next-line [@\w/-]+ -- \S)/, instead: 'eslint-disable-next-line RULE -- REASON' },
  { files: /^src\//, pattern: /\bconsole\./, instead: 'take an output as an argument (src/cli/host.ts)' },
  { files: /^src\/(?!cli\/(main|run-targets)\.ts)/, pattern: /\bprocess\.exit\(/, instead: 'return an exit code' },
  { files: /^(src|test|bench)\//, pattern: /\bMath\.random\(/, instead: 'a seeded generator: a run must be repeatable' },
  { files: /^test\//, pattern: /\b(test|it|describe)\.(only|skip|todo)\(/, instead: 'run every test, and assert what happens' },
  { files: CODE, pattern: /from '\.[^']*(?<!\.js|\.mjs|\.json)'/, instead: 'import relative files with their .js suffix' },
  { files: /^src\//, pattern: /\bfix(es)?\s*===\s*'/, instead: 'a fix is a patch: no case for its name in the model' },
]

/** What is wrong with one file, as `path:line: what to do instead`. */
export function breaches(file: SourceFile): readonly string[] {
  const lines = file.text.split('\n')
  const found: string[] = []
  const bans = BANS.filter((ban) => ban.files.test(file.path))
  for (const [index, line] of lines.entries()) {
    const at = `${file.path}:${index + 1}`
    for (const ban of bans) if (ban.pattern.test(line)) found.push(`${at}: ${ban.instead}`)
    if (CODE.test(file.path) && line.length > WIDTH_MAX) found.push(`${at}: break the line, it has ${line.length} characters`)
  }
  if (!file.text.endsWith('\n') || file.text.endsWith('\n\n')) found.push(`${file.path}: end the file with one line break`)
  if (/^src\/.*\.(ts|tsx|css)$/.test(file.path) && lines.length - 1 > LINES_MAX) {
    found.push(`${file.path}: split it, it has ${lines.length - 1} lines and ${LINES_MAX} are the most`)
  }
  return found
}

/** Files that no entry point imports, directly or through others. */
export function deadFiles(files: readonly SourceFile[], entries: readonly string[]): readonly string[] {
  const byPath = new Map(files.map((file) => [file.path, file]))
  const alive = new Set<string>()
  const pending = entries.filter((entry) => byPath.has(entry))
  for (let path = pending.pop(); path !== undefined; path = pending.pop()) {
    const file = byPath.get(path) ?? byPath.get(`${path}x`)
    if (file === undefined || alive.has(file.path)) continue
    alive.add(file.path)
    pending.push(...importsOf(file))
  }
  return files.map((file) => file.path).filter((path) => /\.(tsx?|css)$/.test(path) && !alive.has(path))
}

/** Paths of the files that a file imports or re-exports; for a `.js` its `.ts`, which may be a `.tsx`. */
export function importsOf(file: SourceFile): readonly string[] {
  const specifiers = file.text.matchAll(/(?:from|import|import\()\s*'(\.[^']+)'/g)
  const folder = file.path.split('/').slice(0, -1)
  return Array.from(specifiers, ([, specifier = '']) => {
    const parts = [...folder]
    for (const part of specifier.split('/')) {
      if (part === '..') parts.pop()
      else if (part !== '.') parts.push(part)
    }
    return parts.join('/').replace(/\.js$/, '.ts')
  })
}
