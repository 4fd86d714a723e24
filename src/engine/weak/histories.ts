import { mixA, mixB } from '../hash.js'
import type { Values } from '../value.js'
import type { Views } from './views.js'

/** One value that was stored to a location and may still be read. */
export interface Message {
  /** Code of the value. */
  readonly value: number
  /** What whoever reads the message may come to know of other locations. */
  readonly view: number
  /** The part of it that full fences have made known to everybody: whoever acquires it passes it on with plain stores. */
  readonly strong: number
  /** It was stored by a read-modify-write of the message before it: nothing comes in between. */
  readonly attached: boolean
}

/** The messages of a location in modification order. Interned; 0 stands for one message without a view. */
export class Histories {
  private readonly all: (readonly Message[])[] = [[]]
  private readonly byKey = new Map<string, number>()
  private readonly hashA: number[] = [0]
  private readonly hashB: number[] = [0]

  constructor(
    private readonly values: Values,
    private readonly views: Views,
  ) {}

  /** Messages of history `id`; the last one holds `latest`. */
  of(id: number, latest: number): readonly Message[] {
    return id === 0 ? [{ value: latest, view: 0, strong: 0, attached: false }] : (this.all[id] as readonly Message[])
  }

  /** How many messages history `id` has. */
  length(id: number): number {
    return id === 0 ? 1 : (this.all[id] as readonly Message[]).length
  }

  intern(messages: readonly Message[]): number {
    if (messages.length === 1 && messages[0]?.view === 0) return 0
    const key = messages
      .map(({ value, view, strong, attached }, i) => `${value},${view},${strong},${attached && i > 0 ? 1 : 0}`)
      .join(';')
    let id = this.byKey.get(key)
    if (id === undefined) {
      id = this.all.length
      this.byKey.set(key, id)
      this.all.push(messages)
      let a = 0x1c64e6d1
      let b = 0x5b79f1a3
      messages.forEach(({ value, view, strong, attached }, i) => {
        const last = Math.imul(this.views.laneA(strong), 23) ^ (attached && i > 0 ? 0x9e37 : 0)
        a = mixA(Math.imul(a, 31) ^ this.values.laneA(value) ^ Math.imul(this.views.laneA(view), 17) ^ last)
        b = mixB(Math.imul(b, 37) ^ this.values.laneB(value) ^ Math.imul(this.views.laneB(view), 19) ^ last)
      })
      this.hashA.push(a)
      this.hashB.push(b)
    }
    return id
  }

  laneA(id: number): number {
    return this.hashA[id] as number
  }

  laneB(id: number): number {
    return this.hashB[id] as number
  }
}
