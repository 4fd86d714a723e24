/** The catalogue. */
import { daxFlagSwitch } from './dax-flag-switch/index.js'
import { dirtyWithoutBuffers } from './dirty-without-buffers/index.js'
import { dirtyWithoutMkwrite } from './dirty-without-mkwrite/index.js'
import { madvFreeDirectIo } from './madv-free-direct-io/index.js'
import type { Race } from './race.js'
import { writebackWakeup } from './writeback-wakeup/index.js'

export type { Claim, Configuration, FileSystem, Memory, Race, RaceFailure, RaceFix, RaceProgram } from './race.js'

export const races: readonly Race[] = [writebackWakeup, dirtyWithoutBuffers, dirtyWithoutMkwrite, madvFreeDirectIo, daxFlagSwitch]
