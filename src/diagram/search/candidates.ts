/** Which programs a question is put to, and in which order. */
import type { BuildingBlocks } from '../../races/blocks.js'
import { programNamed } from '../../races/blocks.js'
import { programsFor } from '../../races/configurations.js'
import type { Configuration, Race, RaceProgram } from '../../races/race.js'
import type { Question } from './question.js'
import { callsCovered, callsOfColumns, reachOf, together, type Reach } from './reach.js'

export interface Candidate {
  readonly program: RaceProgram
  /** It is none of the race's own. */
  readonly isComposed: boolean
  /** Calls of the question that its tasks are known to make. */
  readonly covered: number
  /** Tasks that it is known to have. */
  readonly tasks: number
}

/** Most programs that are composed for one question. */
const COMPOSED_MAX = 4
/** Runs of all building blocks at once, and of each alone, to learn what they call. */
const RUNS_TOGETHER = 12
const RUNS_ALONE = 2

/**
 * The programs of a race, those first whose tasks are known to call what a question asks for. Where none has all of it, a
 * program that is composed of building blocks, with an actor for each column, joins them if it has more.
 * @param only the name of the one program that is asked
 * @throws RangeError if there is no such program
 */
export function candidatesFor(question: Question, race: Race, configuration: Configuration, only?: string): readonly Candidate[] {
  if (only !== undefined) {
    const program = programNamed(race, only)
    if (program === undefined) throw new RangeError(`${race.name} has no program ${only}`)
    return [{ program, isComposed: !race.programs.includes(program), covered: 0, tasks: 0 }]
  }
  const own = programsFor(race, configuration.memory)
    .map((program) => ({ program, isComposed: false, ...coverageOf(question, reachOf(program.build(configuration))) }))
  const best = Math.max(...own.map(({ covered }) => covered))
  const wanted = callsOfColumns(question).flat().length
  const composed = best < wanted ? composedFor(question, race.blocks, configuration).filter(({ covered }) => covered > best) : []
  return [...own, ...composed].sort((x, y) => y.covered - x.covered || x.tasks - y.tasks)
}

/** Programs with the actor for each column that is known to call the most of it; none where those of the set-up will do. */
function composedFor(question: Question, blocks: BuildingBlocks, configuration: Configuration): readonly Candidate[] {
  const reach = reachOfBlocks(blocks, configuration)
  const tasks = [...reach.keys()]
  const isActor = (name: string): boolean => blocks.actors.some((actor) => actor.name === name)
  let choices: readonly { readonly actors: readonly string[]; readonly covered: number }[] = [{ actors: [], covered: 0 }]
  callsOfColumns(question).forEach((calls, column) => {
    const scores = tasks
      .filter((name) => question.mayBe(column, name, tasks))
      .map((name) => ({ name, score: calls.filter((functions) => [...functions].some((fn) => reach.get(name)?.has(fn) === true)).length }))
    const most = Math.max(0, ...scores.map(({ score }) => score))
    const present = scores.some(({ name, score }) => score === most && !isActor(name))
    if (most === 0 || present) {
      choices = choices.map(({ actors, covered }) => ({ actors, covered: covered + most }))
      return
    }
    const suited = scores.filter(({ name, score }) => score === most && isActor(name)).slice(0, 2)
    choices = choices.flatMap(({ actors, covered }) => suited.map(({ name }) => ({ actors: [...actors, name], covered: covered + most })))
  })
  return choices
    .filter(({ actors }) => actors.length > 0)
    .slice(0, COMPOSED_MAX)
    .map(({ actors, covered }) => ({ program: blocks.compose(actors), isComposed: true, covered, tasks: tasks.length }))
}

function coverageOf(question: Question, reach: Reach): Pick<Candidate, 'covered' | 'tasks'> {
  return { covered: callsCovered(question, reach), tasks: reach.size }
}

/** What building blocks call alone, and in the company of all others. */
function reachOfBlocks(blocks: BuildingBlocks, configuration: Configuration): Reach {
  const names = blocks.actors.map(({ name }) => name)
  const all = reachOf(blocks.compose(names).build(configuration), RUNS_TOGETHER)
  return together([all, ...names.map((name) => reachOf(blocks.compose([name]).build(configuration), RUNS_ALONE))])
}
