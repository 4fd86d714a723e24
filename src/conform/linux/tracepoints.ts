import { closeSync, constants, existsSync, mkdirSync, mkdtempSync, openSync, readSync, rmdirSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { command } from './command.js'
import type { Session } from './session.js'

const MINOR_BITS = 20

/** Events that say what becomes of pages and blocks; those of journals and times depend on the clock. */
const EVENTS: readonly (readonly [event: string, field: 's_dev' | 'dev' | 'name'])[] = [
  ['filemap/mm_filemap_add_to_page_cache', 's_dev'],
  ['filemap/mm_filemap_delete_from_page_cache', 's_dev'],
  ['writeback/writeback_dirty_folio', 'name'],
  ['writeback/folio_wait_writeback', 'name'],
  ['iomap/iomap_dio_rw_begin', 'dev'],
  ['iomap/iomap_dio_complete', 'dev'],
  ['block/block_rq_issue', 'dev'],
  ['block/block_rq_complete', 'dev'],
]

/** Tracepoints of one device, in a ring buffer of our own: nobody else's tracing is touched. */
export class Tracepoints {
  readonly #folder: string
  readonly #pipe: number

  /** @param tracefs where it is mounted */
  private constructor(tracefs: string, device: { readonly major: number; readonly minor: number }) {
    this.#folder = path.join(tracefs, 'instances', `heddle-${process.pid}`)
    mkdirSync(this.#folder)
    for (const [event, field] of EVENTS) {
      const events = path.join(this.#folder, 'events', event)
      if (!existsSync(events)) continue
      const value = field === 'name' ? `"${device.major}:${device.minor}"` : device.major * 2 ** MINOR_BITS + device.minor
      writeFileSync(path.join(events, 'filter'), `${field} == ${value}`)
      writeFileSync(path.join(events, 'enable'), '1')
    }
    this.#pipe = openSync(path.join(this.#folder, 'trace_pipe'), constants.O_RDONLY | constants.O_NONBLOCK)
  }

  /**
   * What the kernel says during one step of a run.
   * @param folder on the file system that is run on
   * @param run calls what it is given before each step, and with the number of steps at the end
   * @returns why not, in place of events, if this kernel can not be traced
   */
  static during(session: Session, folder: string, step: number, run: (before: (step: number) => void) => void): readonly string[] {
    const events: string[] = []
    const tracefs = mkdtempSync(path.join(session.folder, 'trace-'))
    try {
      command('mount', '-t', 'tracefs', 'nodev', tracefs)
    } catch (error) {
      return [error instanceof Error ? error.message : String(error)]
    }
    const tracepoints = new Tracepoints(tracefs, deviceOf(folder))
    try {
      run((next) => {
        const said = tracepoints.#take()
        if (next === step + 1) events.push(...said)
      })
    } finally {
      tracepoints.#close()
      command('umount', tracefs)
    }
    return events
  }

  /** Everything since the last time, as `name: details`. */
  #take(): readonly string[] {
    const buffer = Buffer.alloc(1 << 16)
    let text = ''
    for (;;) {
      try {
        const length = readSync(this.#pipe, buffer, 0, buffer.length, null)
        if (length === 0) break
        text += buffer.toString('latin1', 0, length)
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'EAGAIN') break
        throw error
      }
    }
    const lines = text.split('\n').filter((line) => line !== '')
    return lines.map((line) => /^\s*.+-\d+\s+\[\d+\]\s+\S+\s+[\d.]+:\s+(.*)$/.exec(line)?.[1] ?? line)
  }

  #close(): void {
    writeFileSync(path.join(this.#folder, 'events', 'enable'), '0')
    closeSync(this.#pipe)
    rmdirSync(this.#folder)
  }
}

/** As stat(2) packs it. */
function deviceOf(folder: string): { readonly major: number; readonly minor: number } {
  const { dev } = statSync(folder)
  return { major: (dev >> 8) & 0xfff, minor: (dev & 0xff) | ((dev >> 12) & 0xfff00) }
}
