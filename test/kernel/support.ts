/** Running the kernel model in tests. */
import { expect } from 'vitest'
import { explore, program, type Failure, type Result, type World } from '../../src/engine/index.js'
import type { AddressSpace, Page } from '../../src/kernel/include/linux/mm-types.js'
import type { Kernel, Patch } from '../../src/kernel/kernel.js'
import type { MachineConfig } from '../../src/kernel/machine.js'
import { kernel } from '../../src/kernel/versions.js'

export const ERAS = ['v5.10-rc5', 'v5.8'] as const

interface Options {
  readonly version?: string
  readonly patches?: readonly Patch[]
  readonly machine?: Partial<MachineConfig>
  readonly memory?: 'sc' | 'weak'
}

/** Explores a program whose set-up is `setup`. */
export function exploreKernel(
  setup: (k: Kernel, world: World) => void,
  { version = 'v5.10-rc5', patches = [], machine = {}, memory = 'sc' }: Options = {},
): Result {
  const boot = (world: World): void => setup(kernel(version, patches).boot(world, machine), world)
  const subject = program('test', boot, { memory })
  const result = explore(subject, { shortest: false })
  expect(result.bound).toBeNull()
  return result
}

/** Runs `body` alone, each call to its end, in one task; what the disk does comes afterwards. Nothing fails in any of it. */
export function sequentially(body: (k: Kernel, world: World) => void, options: Options = {}): void {
  expect(exploreKernel(body, options).failures).toEqual([])
}

export function pageOf(file: AddressSpace): Page {
  const page = file.slots[0]?.get()
  if (page === undefined || page === null) throw new Error(`${file.name} has no page`)
  return page
}

export function kinds(failures: readonly Failure[]): readonly string[] {
  return [...new Set(failures.map(({ kind }) => kind))].sort()
}
