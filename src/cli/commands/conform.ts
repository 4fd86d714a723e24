import { mkdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import { CaseFormatError, readCase } from '../../conform/case-file.js'
import type { Case } from '../../conform/case.js'
import { heldGround } from '../../conform/linux/held-ground.js'
import { unsupported, whyNot } from '../../conform/linux/probe.js'
import { recordingHeader, recordKernel } from '../../conform/linux/record-kernel.js'
import { CaseRunner } from '../../conform/linux/run-case.js'
import { inSession, type Session } from '../../conform/linux/session.js'
import { headerLine, recordLine, type FileSystemName } from '../../conform/record.js'
import { EXIT, type ExitCode } from '../exit-code.js'
import type { Host } from '../host.js'
import { UsageError } from '../usage-error.js'

export interface ConformOptions {
  readonly fs?: FileSystemName
  readonly seed?: number
  readonly sequences?: number
  readonly record?: string
  readonly case?: string
}

const SEQUENCES = 2000
const STEPS = 20

/** `heddle conform` */
export async function conform(options: ConformOptions, host: Host): Promise<ExitCode> {
  const fileSystems = options.fs === undefined ? (['ext4', 'xfs'] as const) : [options.fs]
  const asked = options.case === undefined ? null : await caseOf(options.case, host)
  const sessionHost = { onInterrupt: (stop: () => void) => host.onInterrupt(stop), say: (text: string) => host.stderr.write(`${text}\n`) }
  const nothing = unsupported()
  if (nothing !== null) return skipped(nothing, host)
  return inSession(sessionHost, async (session) => {
    for (const fs of fileSystems) {
      const why = await whyNot(session, asked === null ? 'T1' : 'T2', fs, host.holdDaemonScript)
      if (why !== null) return skipped(`${fs}: ${why}`, host)
      if (asked !== null) await runCase(session, asked, fs, host)
      else await record(session, options, fs, host)
    }
    return session.stopping() ? EXIT.unknown : EXIT.holds
  })
}

function skipped(reason: string, host: Host): ExitCode {
  host.stderr.write(`heddle: the real kernel can not be asked here: ${reason}\n`)
  return EXIT.unknown
}

async function caseOf(file: string, host: Host): Promise<Case> {
  const text = await readFile(path.resolve(host.cwd, file), 'utf8').catch((error: unknown) => {
    throw new UsageError(`the case can not be read: ${error instanceof Error ? error.message : String(error)}`, 'is there such a file?', { file })
  })
  try {
    return readCase(text)
  } catch (error) {
    if (error instanceof CaseFormatError) throw new UsageError(error.message, 'heddle conform --help shows a case', { file })
    throw error
  }
}

async function runCase(session: Session, asked: Case, fs: FileSystemName, host: Host): Promise<void> {
  await session.undo.scope(async (undo) => {
    const runner = new CaseRunner(session.libc, await heldGround(fs, session.folder, host.holdDaemonScript, undo))
    undo.add(() => runner.close())
    host.stdout.write(`${JSON.stringify(await runner.run(asked), null, 2)}\n`)
  })
}

async function record(session: Session, options: ConformOptions, fs: FileSystemName, host: Host): Promise<void> {
  const folder = path.resolve(host.cwd, options.record ?? '.')
  await mkdir(folder, { recursive: true })
  const wanted = { fs, firstSeed: options.seed ?? 1, sequences: options.sequences ?? SEQUENCES, length: STEPS }
  const lines: string[] = []
  await recordKernel(session, wanted, (one) => lines.push(recordLine(one)))
  const header = headerLine(recordingHeader({ ...wanted, sequences: lines.length }))
  await writeFile(path.join(folder, `${fs}.jsonl.gz`), gzipSync(`${[header, ...lines].join('\n')}\n`, { level: 9 }))
}
