/** Building blocks: what one column of a diagram may do, over a set-up that they share. Programs are composed of them. */
import type { Mm } from '../kernel/include/linux/mm-types.js'
import type { Kernel } from '../kernel/kernel.js'
import type { RaceProgram } from './race.js'

/** One actor: a syscall, a fault, a kernel thread. `Common` is what the set-up of the race has made. */
export interface Actor<Common> {
  /** Also the name of its task. Without blanks: `direct-read`. */
  readonly name: string
  /** What it does, in a few words. */
  readonly summary: string
  /** Makes its task, named `task`. */
  spawn(common: Common, task: string): void
}

/** An actor without anything of its own to set up. @param mm its process, if it is of one */
export function actor<Common extends { readonly k: Kernel }>(
  name: string,
  summary: string,
  run: (common: Common) => unknown,
  mm?: (common: Common) => Mm,
): Actor<Common> {
  return { name, summary, spawn: (common, task) => void common.k.spawn(task, () => void run(common), mm?.(common)) }
}

export interface BuildingBlocks {
  /** What is there before the actors start. */
  readonly summary: string
  readonly actors: readonly { readonly name: string; readonly summary: string }[]
  /** The program of these actors, by name, with one task for each. */
  compose(names: readonly string[]): RaceProgram
}

/** What is composed: a name and a summary for the program, how many actors it has, and what makes their tasks after set-up. */
export interface Composed<Common> {
  readonly name: string
  readonly summary: string
  readonly actors: number
  readonly start: (common: Common) => void
}

/** @param make makes a program of the race that sets everything up and then calls `start` */
export function buildingBlocks<Common>(
  summary: string,
  actors: readonly Actor<Common>[],
  make: (composed: Composed<Common>) => RaceProgram,
): BuildingBlocks {
  const actorNamed = (name: string): Actor<Common> => {
    const found = actors.find((actor) => actor.name === name)
    if (found === undefined) throw new RangeError(`no building block ${name}`)
    return found
  }
  return {
    summary,
    actors,
    compose(names) {
      const chosen = names.map(actorNamed)
      const tasks = names.map((name, at) => {
        const before = names.slice(0, at).filter((other) => other === name).length
        return before === 0 ? name : `${name} ${before + 1}`
      })
      return make({
        name: names.join(JOINT),
        summary: `Composed: ${chosen.map((actor) => actor.summary).join('; ')}.`,
        actors: names.length,
        start: (common) => chosen.forEach((actor, at) => actor.spawn(common, tasks[at] as string)),
      })
    },
  }
}

/** Bios that so many actors may have under way, one after the other: the machine has as many. */
export function biosFor(actors: number): number {
  return Math.min(3 * actors + 1, BIOS_MAX)
}

/** Every bio is a task, and a program has not more than 30. */
const BIOS_MAX = 10

/** Between the actors in the name of a program that is composed of them: `direct-read+kswapd`. */
const JOINT = '+'

/** The program of a race with this name: one of its own, or one composed of its building blocks. */
export function programNamed(race: { readonly programs: readonly RaceProgram[]; readonly blocks: BuildingBlocks }, name: string): RaceProgram | undefined {
  const own = race.programs.find((program) => program.name === name)
  if (own !== undefined) return own
  const names = name.split(JOINT)
  return names.every((part) => race.blocks.actors.some((actor) => actor.name === part)) ? race.blocks.compose(names) : undefined
}
