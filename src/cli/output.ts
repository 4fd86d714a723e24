import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { ANSI, PLAIN, type Palette } from '../report/palette.js'
import { wantsColour, type Host } from './host.js'
import { UsageError } from './usage-error.js'

/** Colours for a result that goes to `out`, or to standard output without one. */
export function paletteFor(out: string | undefined, host: Host): Palette {
  return out === undefined && wantsColour(host.stdout, host.env) ? ANSI : PLAIN
}

/** @throws UsageError if the file can not be written */
export async function emit(text: string, out: string | undefined, host: Host): Promise<void> {
  const ended = text.endsWith('\n') ? text : `${text}\n`
  if (out === undefined) {
    host.stdout.write(ended)
    return
  }
  try {
    await writeFile(path.resolve(host.cwd, out), ended)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new UsageError(`the result can not be written: ${reason}`, 'does the folder exist?', { file: out })
  }
}
