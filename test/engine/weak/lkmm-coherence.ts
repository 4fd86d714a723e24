/** All that can happen at one location: who reads from whom, in which order the stores come. Coherent, and RMWs are atomic. */
import { effect, type Action, type Event } from './lkmm-events.js'
import { add, empty, type Relation } from './relation.js'

/** What happens at one location. */
export interface History {
  readonly rf: Relation
  readonly co: Relation
  /** From a read to the stores that come after the one it reads from. */
  readonly fr: Relation
  readonly results: readonly { readonly thread: number; readonly register: number; readonly value: number }[]
  readonly last: number
}

interface Stored {
  readonly event: Event
  readonly value: number
}

/** Every history of a location whose initial value is stored by `initial`; `size` is the number of events of the program. */
export function historiesOf(initial: Event, actions: readonly Action[], size: number): readonly History[] {
  const threads = [...new Set(actions.map(({ thread }) => thread))].map((t) => actions.filter(({ thread }) => thread === t))
  return Array.from(storeOrders([{ event: initial, value: 0 }], threads.map((thread) => thread.filter((action) => action.write))))
    .flatMap((order) => readings(order, threads).map((rf) => history(order, rf, actions, size)))
}

/** Every order of the stores that keeps program order and in which read-modify-writes find what they need. */
function* storeOrders(done: readonly Stored[], threads: readonly (readonly Action[])[]): Generator<readonly Stored[]> {
  if (threads.every((thread) => thread.length === 0)) yield done
  const seen = done.at(-1)?.value ?? 0
  for (const [t, [first, ...rest]] of threads.entries()) {
    if (first?.write === undefined) continue
    const { next } = effect(first.instruction, seen)
    if (next === undefined) continue
    yield* storeOrders([...done, { event: first.write, value: next }], threads.map((thread, other) => (other === t ? rest : thread)))
  }
}

/** For every read, the place in the order of stores that it reads from: every possibility. */
type Reading = ReadonlyMap<Event, number>

function readings(order: readonly Stored[], threads: readonly (readonly Action[])[]): readonly Reading[] {
  const placeOf = new Map(order.map(({ event }, place) => [event, place]))
  let found: readonly Reading[] = [new Map<Event, number>()]
  for (const thread of threads) found = found.flatMap((before) => readingsOfThread(before, thread, order, placeOf))
  return found
}

function readingsOfThread(
  before: Reading,
  thread: readonly Action[],
  order: readonly Stored[],
  placeOf: ReadonlyMap<Event, number>,
): readonly Reading[] {
  let found: readonly { readonly reading: Reading; readonly floor: number }[] = [{ reading: before, floor: 0 }]
  for (const [index, { read, write, instruction }] of thread.entries()) {
    if (write !== undefined) {
      const place = placeOf.get(write) ?? 0
      found = found.map(({ reading }) => ({ reading: read === undefined ? reading : new Map([...reading, [read, place - 1]]), floor: place }))
      continue
    }
    if (read === undefined) continue
    const later = thread.slice(index).flatMap((action) => (action.write === undefined ? [] : [placeOf.get(action.write) ?? 0]))
    const end = Math.min(order.length, ...later)
    found = found.flatMap(({ reading, floor }) =>
      Array.from({ length: Math.max(0, end - floor) }, (_, offset) => floor + offset)
        .filter((place) => effect(instruction, order[place]?.value ?? 0).next === undefined)
        .map((place) => ({ reading: new Map([...reading, [read, place]]), floor: place })),
    )
  }
  return found.map(({ reading }) => reading)
}

function history(order: readonly Stored[], reading: Reading, actions: readonly Action[], size: number): History {
  const [rf, co, fr] = [empty(size), empty(size), empty(size)]
  for (const [place, { event }] of order.entries()) for (const { event: later } of order.slice(place + 1)) add(co, event.index, later.index)
  for (const [{ index }, place] of reading) {
    for (const { event } of order.slice(place, place + 1)) add(rf, event.index, index)
    for (const { event: later } of order.slice(place + 1)) add(fr, index, later.index)
  }
  const results = actions.flatMap(({ thread, register, instruction, read }) => {
    if (register < 0 || read === undefined) return []
    const seen = order[reading.get(read) ?? 0]?.value ?? 0
    return [{ thread, register, value: effect(instruction, seen).result }]
  })
  return { rf, co, fr, results, last: order.at(-1)?.value ?? 0 }
}
