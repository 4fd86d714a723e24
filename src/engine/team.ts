import { exploreBy, finish, limitsOf, runToEnd, type ExploreOptions } from './explore.js'
import { togetherInOrder, type LockOrder } from './lock-order.js'
import type { Machine } from './machine.js'
import { load, type Program } from './program.js'
import type { Bound, Failure, Progress, Result } from './result.js'
import { exploreStates } from './search/exhaustive.js'
import { FailureLog, type Move } from './search/failures.js'
import { Mailboxes, shareMailboxes } from './search/mailboxes.js'
import { SharedVisited, shareVisited, type SharedVisitedMemory } from './search/shared-visited.js'
import { VisitedSet } from './search/visited.js'

/**
 * What the members of a team share: plain data, to be sent to other threads. Some members share one search without
 * reduction; if reduction is allowed, one more tries it on its own, and whoever is done first ends the search.
 */
export interface Team {
  readonly sharers: number
  readonly reducer: boolean
  readonly mailboxes: SharedArrayBuffer
  /** Absent if one member searches alone. */
  readonly visited: SharedVisitedMemory | null
}

/** What one member found: plain data. */
export interface Part {
  readonly method: Result['method']
  readonly states: number
  readonly steps: number
  readonly depth: number
  readonly finalStates: number
  readonly bound: Bound | null
  readonly lockOrders: readonly LockOrder[]
  readonly failures: readonly { readonly failure: Failure; readonly path: readonly Move[] }[]
  /** The member has searched everything by itself. */
  readonly whole: boolean
}

/** A team of one that only tries to reduce, beside somebody who searches without a team. */
export function formReducer(): Team {
  return { sharers: 0, reducer: true, mailboxes: shareMailboxes(1), visited: null }
}

/** @param members number of threads, at least 2. */
export function formTeam(members: number, reduction: boolean): Team {
  const sharers = reduction ? members - 1 : members
  return {
    sharers,
    reducer: reduction,
    mailboxes: shareMailboxes(sharers),
    visited: sharers > 1 ? shareVisited() : null,
  }
}

/** Does the part of member `index` of the team: to be called once in each thread. */
export function exploreAsMember(subject: Program, team: Team, index: number, options: ExploreOptions): Part {
  const mailboxes = new Mailboxes(team.mailboxes, index)
  const part =
    index < team.sharers ? share(subject, team, mailboxes, index, options) : reduce(subject, mailboxes, options)
  if (part.bound !== null || part.whole) mailboxes.end()
  return part
}

/** The answer of a team whose members have all come back. */
export function combineParts(subject: Program, parts: readonly Part[], options: ExploreOptions): Result {
  const machine = load(subject, options.seed)
  const whole = parts.find((part) => part.whole)
  const used = whole === undefined ? parts.filter((part) => part.method === 'plain') : [whole]
  const failures = new FailureLog(machine.initialFailures)
  const found = whole === undefined ? parts : [whole]
  for (const part of found) for (const { failure, path } of part.failures) failures.record([failure], () => path)
  const sum = (of: (part: Part) => number): number => used.reduce((total, part) => total + of(part), 0)
  const answer = finish(
    subject,
    machine,
    {
      states: sum((part) => part.states),
      steps: sum((part) => part.steps),
      depth: Math.max(...used.map((part) => part.depth)),
      finalStates: sum((part) => part.finalStates),
      bound: whole === undefined ? (parts.find((part) => part.bound !== null)?.bound ?? null) : null,
      failures,
    },
    whole?.method ?? 'plain',
    togetherInOrder(parts.map((part) => part.lockOrders)),
    options,
  )
  return runToEnd(answer)
}

function share(subject: Program, team: Team, mailboxes: Mailboxes, index: number, options: ExploreOptions): Part {
  const machine = load(subject, options.seed)
  const shared = team.visited === null ? undefined : new SharedVisited(team.visited)
  const visited = shared ?? new VisitedSet()
  const failures = new FailureLog(machine.initialFailures)
  const total = { states: 0, steps: 0, depth: 0, finalStates: 0 }
  let bound: Bound | null = null
  const poll = (progress: Progress): Bound | null => {
    if (mailboxes.over) return 'interrupted'
    if (visited.size > (options.maxStates ?? Infinity)) return 'max-states'
    if (shared?.full === true) return 'memory'
    return options.poll?.({ ...progress, states: visited.size, steps: total.steps + progress.steps }) ?? null
  }
  const { maxDepth } = options
  let from: readonly Move[] | undefined = index === 0 ? [] : mailboxes.take()
  while (from !== undefined) {
    shared?.join()
    const own = { visited, failures, from, poll, sharing: mailboxes, ...(maxDepth !== undefined && { maxDepth }) }
    const value = runToEnd(exploreStates(machine, own))
    shared?.leave()
    total.states += value.states
    total.steps += value.steps
    total.finalStates += value.finalStates
    total.depth = Math.max(total.depth, value.depth)
    if (value.bound !== null) {
      bound = mailboxes.over ? null : value.bound
      break
    }
    from = mailboxes.take()
  }
  return { method: 'plain', ...total, bound, lockOrders: machine.lockOrders.all, failures: [...failures], whole: false }
}

function reduce(subject: Program, mailboxes: Mailboxes, options: ExploreOptions): Part {
  const poll = (progress: Progress): Bound | null =>
    mailboxes.over ? 'interrupted' : (options.poll?.(progress) ?? null)
  const machine: Machine = load(subject, options.seed)
  const racing = exploreBy(['dpor', 'reduced'], subject, machine, {
    ...limitsOf(options),
    poll,
    ...(options.seed !== undefined && { seed: options.seed }),
  })
  const explored = runToEnd(racing)
  if (explored === undefined) {
    const nothing = { states: 0, steps: 0, depth: 0, finalStates: 0, bound: null, lockOrders: [], failures: [] }
    return { method: 'plain', ...nothing, whole: false }
  }
  const { method, search, lockOrders } = explored
  const bound = mailboxes.over ? null : search.bound
  const failures = search.bound === null ? [...search.failures] : []
  return { method, ...search, bound, lockOrders, failures, whole: search.bound === null && !mailboxes.over }
}
