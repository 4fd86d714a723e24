/** The catalogue. */
import type { Race } from './race.js'
import { writebackWakeup } from './writeback-wakeup/index.js'

export type { Claim, Configuration, FileSystem, Memory, Race, RaceFailure, RaceFix, RaceProgram } from './race.js'

export const races: readonly Race[] = [writebackWakeup]
