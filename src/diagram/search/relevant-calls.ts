import type { CallEvent } from '../../engine/watcher.js'
import type { Question } from './question.js'

export const NO_CALLS: readonly CallEvent[] = []

/** Of the calls of tasks, those that a question asks for, and their returns: lists of the same content are one list with one number. */
export class RelevantCalls {
  private readonly known = new WeakMap<readonly CallEvent[], readonly CallEvent[]>()
  private readonly byContent = new Map<string, readonly CallEvent[]>()
  private readonly numbers = new Map<readonly CallEvent[], number>([[NO_CALLS, 0]])
  /** What is asked of the results of each function. */
  private readonly asked = new Map<string, ((value: unknown) => boolean)[]>()

  constructor(question: Question) {
    for (const expectation of question.rows.flat()) {
      if (expectation.kind !== 'call') continue
      for (const fn of expectation.functions) this.asked.set(fn, [...(this.asked.get(fn) ?? []), expectation.accepts])
    }
  }

  of(list: readonly CallEvent[]): readonly CallEvent[] {
    if (list.length === 0) return NO_CALLS
    let relevant = this.known.get(list)
    if (relevant === undefined) {
      relevant = this.shared(list.filter(({ fn }) => this.asked.has(fn)))
      this.known.set(list, relevant)
    }
    return relevant
  }

  areNone(calls: ReadonlyMap<number, readonly CallEvent[]>): boolean {
    for (const list of calls.values()) if (this.of(list).length > 0) return false
    return true
  }

  /** Of a list that `of` gave. */
  numberOf(list: readonly CallEvent[]): number {
    return this.numbers.get(list) as number
  }

  private shared(list: readonly CallEvent[]): readonly CallEvent[] {
    if (list.length === 0) return NO_CALLS
    const content = list.map((event) => this.contentOf(event)).join()
    const shared = this.byContent.get(content)
    if (shared !== undefined) return shared
    this.byContent.set(content, list)
    this.numbers.set(list, this.numbers.size)
    return list
  }

  private contentOf(event: CallEvent): string {
    if (event.type === 'call') return `${event.depth}>${event.fn}`
    const answers = (this.asked.get(event.fn) ?? []).map((accepts) => (accepts(event.value) ? 1 : 0))
    return `${event.depth}<${event.fn}=${answers.join('')}`
  }
}
