import type { Conditions } from './condition.js'
import { List } from './list.js'
import type { Machine } from './machine.js'
import type { Scope } from './scope.js'

/** A queue of sleeping tasks, with wake-ups that are lost on those who are not in it yet. */
export class WaitQueue {
  private readonly machine: Machine
  private readonly waiters: List<string>

  constructor(
    scope: Scope,
    readonly name: string,
    private readonly conditions: Conditions,
  ) {
    this.machine = scope.machine
    this.waiters = scope.own(new List<string>(scope, name, [], 'queue'))
  }

  /** Enqueues the task, tests the condition, sleeps until woken, and so on until the condition is met. */
  wait(condition: () => boolean, what: string): void {
    const me = this.me()
    this.machine.runner.call('wait_event', [what], () => {
      this.machine.runner.repeat(() => {
        this.waiters.push(me)
        if (condition()) {
          this.waiters.remove(me)
          return true
        }
        this.asleep(me, what, condition)
        return undefined
      })
    })
  }

  /** Enqueues the task and sleeps until somebody wakes it; nothing is tested in between. */
  sleep(what: string, lostIf?: () => boolean): void {
    const me = this.me()
    this.waiters.push(me)
    this.asleep(me, what, lostIf)
  }

  /** Wakes the task that has waited longest; nothing happens if nobody waits. */
  wake(): void {
    this.waiters.shift()
  }

  wakeAll(): void {
    this.waiters.clear()
  }

  private asleep(me: string, what: string, lostIf: (() => boolean) | undefined): void {
    const woken = { met: () => !this.waiters.has(me) }
    this.conditions.until(lostIf === undefined ? woken : { ...woken, lost: lostIf }, what)
  }

  private me(): string {
    return this.machine.taskName(this.machine.runner.currentTask)
  }
}
