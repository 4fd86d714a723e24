/** From what a race's programs do to programs that can be built for a configuration. */
import { program, type Program, type World } from '../engine/index.js'
import type { Guard } from '../kernel/guards.js'
import type { Kernel, Patch } from '../kernel/kernel.js'
import type { MachineConfig } from '../kernel/machine.js'
import { kernel } from '../kernel/versions.js'
import type { Memory, RaceProgram } from './race.js'

/** A program of a race: the machine it needs, and what is set up on it. */
export interface Draft {
  readonly name: string
  /** Who does what, in one sentence. */
  readonly summary: string
  readonly machine: Partial<MachineConfig>
  /** Only where it is too large for one of the memory models of the race. */
  readonly memories?: readonly Memory[]
  readonly setup: (k: Kernel, world: World) => void
}

/** What a kernel without some guards is built with: patches on top of all others, and locks that are not taken. */
export function without(removed: readonly Guard[]): { readonly patches: readonly Patch[]; readonly options: Pick<Program, 'leavesOut'> } {
  const locks = removed.flatMap((guard) => guard.locks ?? [])
  return {
    patches: removed.flatMap((guard) => guard.patch ?? []),
    options: locks.length === 0 ? {} : { leavesOut: (lock) => locks.some((pattern) => pattern.test(lock)) },
  }
}

/** The programs of `race`, whose fixes are `patches`. */
export function programsOf(race: string, drafts: readonly Draft[], patches: readonly Patch[]): readonly RaceProgram[] {
  return drafts.map((draft) => programOf(race, draft, patches))
}

export function programOf(race: string, { name, summary, memories, machine, setup }: Draft, patches: readonly Patch[]): RaceProgram {
  return {
    name,
    summary,
    ...(memories && { memories }),
    build: ({ kernel: version, fixes, memory }, removed = []) => {
      const { patches: more, options } = without(removed)
      const image = kernel(version, [...fixes.map((fix) => patchNamed(race, fix, patches)), ...more])
      return program(name, (world) => setup(image.boot(world, machine), world), { memory, ...options })
    },
  }
}

export function patchNamed(race: string, name: string, patches: readonly Patch[]): Patch {
  const found = patches.find((patch) => patch.name === name)
  if (found === undefined) throw new RangeError(`${race} has no fix ${name}`)
  return found
}
