/** The catalogue. */
import { daxFlagSwitch } from './dax-flag-switch/index.js'
import { directIoMmap } from './direct-io-mmap/index.js'
import { dirtyWithoutBuffers } from './dirty-without-buffers/index.js'
import { dirtyWithoutMkwrite } from './dirty-without-mkwrite/index.js'
import { holePunchFault } from './hole-punch-fault/index.js'
import { madvFreeDirectIo } from './madv-free-direct-io/index.js'
import type { Race } from './race.js'
import { truncateFault } from './truncate-fault/index.js'
import { writebackWakeup } from './writeback-wakeup/index.js'

export type { Claim, Configuration, FileSystem, Memory, Race, RaceFailure, RaceFix, RaceProgram } from './race.js'

export const races: readonly Race[] = [
  writebackWakeup,
  dirtyWithoutBuffers,
  dirtyWithoutMkwrite,
  madvFreeDirectIo,
  holePunchFault,
  truncateFault,
  directIoMmap,
  daxFlagSwitch,
]
