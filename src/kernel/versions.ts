/** The kernel versions the model can be run as. */
import { ProgramError } from '../engine/index.js'
import { build, type KernelImage, type Patch } from './kernel.js'
import { directIoOf415, directIoOf516 } from './versions/direct-io.js'
import { faultAroundOf413, noFaultAround } from './versions/fault-around.js'
import { faultsOf413 } from './versions/faults-of-413.js'
import { mendedWriteback } from './versions/mended-writeback.js'
import { oldCow } from './versions/old-cow.js'
import { oldFaultRetry } from './versions/old-fault-retry.js'
import { oldPageBitWait } from './versions/old-page-bit-wait.js'
import { freesWithoutUnlock, reclaimOf516 } from './versions/reclaim.js'
import { faultsOf34 } from './versions/v34/faults.js'
import { pageCacheOf34 } from './versions/v34/page-cache.js'
import { v618 } from './versions/v618/index.js'
import { xfsOf413 } from './versions/xfs-of-413.js'

/** Each version is what has to be changed in v5.10-rc5, in order, to get it. */
const VERSIONS: Readonly<Record<string, readonly Patch[]>> = {
  'v5.10-rc5': [],
  'v3.4': [pageCacheOf34, faultsOf34, noFaultAround],
  'v4.13': [oldPageBitWait, oldFaultRetry, oldCow, freesWithoutUnlock, directIoOf415, faultAroundOf413, faultsOf413, xfsOf413],
  'v4.15': [oldPageBitWait, oldFaultRetry, oldCow, freesWithoutUnlock, directIoOf415, faultAroundOf413],
  'v5.8': [oldPageBitWait, oldCow],
  'v5.16': [mendedWriteback, reclaimOf516, directIoOf516],
  'v6.18': v618,
}

export const kernelVersions: readonly string[] = Object.keys(VERSIONS)

/** A kernel version with `patches` on top of it, applied in order. */
export function kernel(version: string, patches: readonly Patch[] = []): KernelImage {
  const own = VERSIONS[version]
  if (own === undefined) throw new ProgramError(`there is no kernel ${version}`, `the versions are ${kernelVersions.join(', ')}`)
  return build(version, [...own, ...patches])
}
