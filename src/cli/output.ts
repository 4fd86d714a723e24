import { access, constants, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { ANSI, PLAIN, type Palette } from '../report/palette.js'
import { wantsColour, type Host } from './host.js'
import { UsageError } from './usage-error.js'

/** Colours for a result that goes to `out`, or to standard output without one. */
export function paletteFor(out: string | undefined, host: Host): Palette {
  return out === undefined && wantsColour(host.stdout, host.env) ? ANSI : PLAIN
}

/**
 * Before a search that may be long: can its result be written?
 * @throws UsageError if not
 */
export async function assertWritable(out: string | undefined, host: Host): Promise<void> {
  if (out === undefined) return
  const file = path.resolve(host.cwd, out)
  await access(path.dirname(file), constants.W_OK).catch((error: unknown) => {
    throw unwritable(out, error)
  })
}

/** @throws UsageError if the file can not be written */
export async function emit(text: string, out: string | undefined, host: Host): Promise<void> {
  const ended = text.endsWith('\n') ? text : `${text}\n`
  if (out === undefined) {
    host.stdout.write(ended)
    return
  }
  await writeFile(path.resolve(host.cwd, out), ended).catch((error: unknown) => {
    throw unwritable(out, error)
  })
}

function unwritable(out: string, error: unknown): UsageError {
  const reason = error instanceof Error ? error.message : String(error)
  return new UsageError(`the result can not be written: ${reason}`, 'does the folder exist?', { file: out })
}
