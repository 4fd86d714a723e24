import { release } from 'node:os'
import { ProgramError, replay } from '../../engine/index.js'
import { heldGround } from '../../conform/linux/held-ground.js'
import { CaseRunner } from '../../conform/linux/run-case.js'
import { runPatiently } from '../../conform/linux/run-interleavings.js'
import type { Session } from '../../conform/linux/session.js'
import { caseOfSchedule } from '../../conform/model/schedule/case-of-schedule.js'
import { fitCase } from '../../conform/model/schedule/fit.js'
import { scheduleText, type ScheduleRun } from '../../conform/model/schedule/schedule-text.js'
import { stageOfRace } from '../../conform/model/schedule/stages.js'
import type { FileSystemName } from '../../conform/record.js'
import { races } from '../../races/index.js'
import { configurationOf } from '../configuration.js'
import type { Host } from '../host.js'
import { UsageError } from '../usage-error.js'

export interface WantedSchedule {
  readonly schedule: string
  /** RACE/PROGRAM */
  readonly race: string
  readonly kernel: string
}

/** What the schedule is as a case, and what the model of v6.18 says of it. @throws UsageError if there is no such schedule */
export function translated({ schedule, race: named, kernel }: WantedSchedule, fs: FileSystemName): ScheduleRun {
  const [raceName = '', programName = ''] = named.split('/')
  const race = races.find(({ name }) => name === raceName)
  const subject = race?.programs.find(({ name }) => name === programName)
  if (race === undefined || subject === undefined) throw new UsageError(`there is no program ${named}`, 'name it as RACE/PROGRAM: heddle list shows the races')
  const stage = stageOfRace(raceName)
  if (stage === null) throw new UsageError(`${raceName} can not be tried here`, 'it needs a device with DAX, which a file system on a loop device has not')
  const configuration = configurationOf(race, { fixes: [], kernel, fs: race.fileSystems.includes(fs) ? fs : null, memory: 'sc' })
  try {
    const trace = replay(subject.build(configuration), schedule)
    const scheduled = caseOfSchedule(named, trace, stage)
    const fitted = fitCase(fs, scheduled.which)
    return { program: named, kernel, failure: trace.failure, scheduled, fitted, release: null, record: null, mismatch: null, skipped: null }
  } catch (error) {
    if (error instanceof ProgramError) throw new UsageError(error.message, error.hint)
    throw error
  }
}

/** Drives the kernel of this machine along it. @returns whether it did what the model says may happen */
export async function driveSchedule(run: ScheduleRun, session: Session, fs: FileSystemName, host: Host): Promise<boolean> {
  const { which, model } = run.fitted
  if (model === null) return false
  const driven = await session.undo.scope(async (undo) => {
    const runner = new CaseRunner(session.libc, await heldGround(fs, session.folder, host.holdDaemonScript, undo))
    undo.add(() => runner.close())
    return runPatiently(runner, which, model)
  })
  host.stdout.write(`${scheduleText({ ...run, ...driven, release: release() })}\n`)
  return driven.mismatch === null
}
