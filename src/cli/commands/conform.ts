import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { release } from 'node:os'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import type { Case, CaseRecord } from '../../conform/case.js'
import { CaseFormatError, readCase } from '../../conform/case-file.js'
import { caseText } from '../../conform/case-text.js'
import { agrees, conformanceJson, untried, type Conformance, type TierResult } from '../../conform/conformance.js'
import { conformanceText } from '../../conform/conformance-text.js'
import { heldGround } from '../../conform/linux/held-ground.js'
import { Interrupted } from '../../conform/linux/machine-lock.js'
import { unsupported, whyNot } from '../../conform/linux/probe.js'
import { recordingHeader, recordKernel } from '../../conform/linux/record-kernel.js'
import { CaseRunner } from '../../conform/linux/run-case.js'
import { inSession, type Session, type SessionHost } from '../../conform/linux/session.js'
import { headerLine, recordLine, type FileSystemName } from '../../conform/record.js'
import { compareLive, compareRecorded, ownFileSystem, STEPS, type Surroundings, type Wanted } from '../conform/compare.js'
import { compareLiveInterleavings, compareRecordedInterleavings } from '../conform/interleavings.js'
import { ConformMeter } from '../conform/meter.js'
import { recordingName } from '../conform/recordings.js'
import { driveSchedule, translated } from '../conform/schedule.js'
import { EXIT, type ExitCode } from '../exit-code.js'
import type { Host } from '../host.js'
import { assertWritable, emit, paletteFor } from '../output.js'
import { UsageError } from '../usage-error.js'

export interface ConformOptions {
  readonly fs?: FileSystemName
  readonly seed?: number
  readonly sequences?: number
  readonly recorded?: true
  readonly record?: string
  readonly case?: string
  readonly interleavings?: number
  readonly schedule?: string
  readonly race?: string
  readonly kernel?: string
  readonly json?: true
  readonly out?: string
}

const SEQUENCES = 2000
const INTERLEAVINGS = 200
/** Calls alone say less: fewer will do. */
const SEQUENCES_OF_CALLS = 500

/** `heddle conform` */
export async function conform(options: ConformOptions, host: Host): Promise<ExitCode> {
  const fileSystems = options.fs === undefined ? (['ext4', 'xfs'] as const) : [options.fs]
  await assertWritable(options.out, host)
  if (options.case !== undefined) {
    const asked = await caseOf(options.case, host)
    const records: CaseRecord[] = []
    const code = await onlyKernel('T2', fileSystems, host, async (session, fs) => {
      records.push(await runCase(session, asked, fs, host))
    })
    const palette = paletteFor(options.out, host)
    const text = options.json === true ? JSON.stringify(records, null, 2) : records.map((record) => caseText(record, palette)).join('\n')
    if (records.length > 0) await emit(text, options.out, host)
    return code
  }
  if (options.schedule !== undefined) return forceSchedule(options.schedule, options, fileSystems, host)
  const { record } = options
  if (record !== undefined) return onlyKernel('T1', fileSystems, host, (session, fs) => recordTo(record, session, options, fs, host))
  const conformance = await compareAll(options, fileSystems, host)
  const text = options.json === true ? conformanceJson(conformance) : conformanceText(conformance, paletteFor(options.out, host))
  await emit(text, options.out, host)
  if (conformance.tiers.some((tier) => tier.differing > 0)) return EXIT.race
  return agrees(conformance) ? EXIT.holds : EXIT.unknown
}

async function forceSchedule(schedule: string, options: ConformOptions, fileSystems: readonly FileSystemName[], host: Host): Promise<ExitCode> {
  if (options.race === undefined) throw new UsageError('a schedule of which program?', 'name it with --race RACE/PROGRAM')
  const wanted = { schedule, race: options.race, kernel: options.kernel ?? 'v6.18' }
  const [fs] = fileSystems
  if (fs === undefined) return EXIT.unknown
  const run = translated(wanted, fs)
  const disagreed: FileSystemName[] = []
  const code = await onlyKernel('T2', [fs], host, async (session) => {
    if (!(await driveSchedule(run, session, fs, host))) disagreed.push(fs)
  })
  return disagreed.length === 0 ? code : EXIT.race
}

/** Recordings first: they need nothing of the machine. */
async function compareAll(options: ConformOptions, fileSystems: readonly FileSystemName[], host: Host): Promise<Conformance> {
  const meter = new ConformMeter(host.stderr)
  const tiers: TierResult[] = []
  const { seed = 1, sequences = SEQUENCES, interleavings: cases = INTERLEAVINGS } = options
  const wanted = (fs: FileSystemName, atMost = Infinity): Wanted => ({ fs, firstSeed: seed, sequences: Math.min(sequences, atMost) })
  const wish = { stop: false }
  const ignore = host.onInterrupt(() => {
    wish.stop = true
  })
  const stopping = (): boolean => wish.stop
  const recorded: Surroundings = { host, meter, stopping }
  for (const fs of fileSystems) if (sequences > 0 && !stopping()) tiers.push(await compareRecorded(wanted(fs), recorded))
  for (const fs of fileSystems) if (cases > 0 && !stopping()) tiers.push(await compareRecordedInterleavings({ fs, cases, seed }, recorded))
  ignore()
  if (options.recorded === true || stopping()) return { tiers, stopped: stopping() }
  const nothing = unsupported()
  if (nothing !== null) {
    return { tiers: [...tiers, ...fileSystems.map((fs) => untried('T1', fs, 'sequences', release(), nothing))], stopped: false }
  }
  const stopped = await unlessInterrupted(
    inSession(sessionHost(host), async (session) => {
      const live: Surroundings = { host, meter, stopping: () => session.stopping() }
      const own = ownFileSystem(session)
      for (const fs of sequences > 0 ? fileSystems : []) {
        const ofCalls = wanted(fs, SEQUENCES_OF_CALLS)
        if (fs === own && !session.stopping()) tiers.push(await compareLive('T0', ofCalls, session, release(), live))
        if (!session.stopping()) tiers.push(await compareLive('T1', wanted(fs), session, release(), live))
      }
      for (const fs of cases > 0 ? fileSystems : []) {
        if (!session.stopping()) tiers.push(await compareLiveInterleavings({ fs, cases, seed }, session, release(), live))
      }
      return session.stopping()
    }),
  )
  return { tiers, stopped: stopped ?? true }
}

/** @returns null if the user stopped it before it had the machine */
async function unlessInterrupted<T>(session: Promise<T>): Promise<T | null> {
  return session.catch((error: unknown) => {
    if (error instanceof Interrupted) return null
    throw error
  })
}

/** Something that only the real kernel is asked for. */
async function onlyKernel(
  tier: 'T1' | 'T2',
  fileSystems: readonly FileSystemName[],
  host: Host,
  work: (session: Session, fs: FileSystemName) => Promise<void>,
): Promise<ExitCode> {
  const nothing = unsupported()
  if (nothing !== null) return skipped(nothing, host)
  const code = await unlessInterrupted(
    inSession(sessionHost(host), async (session) => {
      for (const fs of fileSystems) {
        const why = await whyNot(session, tier, fs, host.holdDaemonScript)
        if (why !== null) return skipped(`${fs}: ${why}`, host)
        await work(session, fs)
      }
      return session.stopping() ? EXIT.unknown : EXIT.holds
    }),
  )
  return code ?? EXIT.unknown
}

function sessionHost(host: Host): SessionHost {
  return { onInterrupt: (stop) => host.onInterrupt(stop), say: (text) => host.stderr.write(`${text}\n`) }
}

function skipped(reason: string, host: Host): ExitCode {
  host.stderr.write(`heddle: the real kernel can not be asked here: ${reason}\n`)
  return EXIT.unknown
}

async function caseOf(file: string, host: Host): Promise<Case> {
  const text = await readFile(path.resolve(host.cwd, file), 'utf8').catch((error: unknown) => {
    const reason = error instanceof Error ? error.message : String(error)
    throw new UsageError(`the case can not be read: ${reason}`, 'is there such a file?', { file })
  })
  try {
    return readCase(text)
  } catch (error) {
    if (error instanceof CaseFormatError) throw new UsageError(error.message, 'heddle conform --help shows a case', { file })
    throw error
  }
}

async function runCase(session: Session, asked: Case, fs: FileSystemName, host: Host): Promise<CaseRecord> {
  return session.undo.scope(async (undo) => {
    const runner = new CaseRunner(session.libc, await heldGround(fs, session.folder, host.holdDaemonScript, undo))
    undo.add(() => runner.close())
    return runner.run(asked)
  })
}

async function recordTo(to: string, session: Session, options: ConformOptions, fs: FileSystemName, host: Host): Promise<void> {
  const folder = path.resolve(host.cwd, to)
  await mkdir(folder, { recursive: true })
  const wanted = { fs, firstSeed: options.seed ?? 1, sequences: options.sequences ?? SEQUENCES, length: STEPS }
  const lines: string[] = []
  await recordKernel(session, wanted, (one) => lines.push(recordLine(one)))
  const header = headerLine(recordingHeader({ ...wanted, sequences: lines.length }))
  await writeFile(path.join(folder, recordingName(fs)), gzipSync(`${[header, ...lines].join('\n')}\n`, { level: 9 }))
}
