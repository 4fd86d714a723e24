import { program, type Program } from 'heddle/engine'

/**
 * A lock that is fair: whoever comes takes the next ticket and waits until it is served.
 * `draw`: how a ticket is taken from the counter.
 */
function ticketLock(name: string, draw: 'atomically' | 'in two steps'): Program {
  return program(name, (world) => {
    const next = world.counter('next', 0)
    const served = world.cell('served', 0)
    const balance = world.cell('balance', 0)

    const { lock, unlock } = world.functions({
      lock: () => {
        let ticket: number
        if (draw === 'atomically') {
          ticket = next.incReturn() - 1
        } else {
          ticket = next.get()
          next.inc()
        }
        world.until(() => served.get() === ticket, `ticket ${ticket} to be served`)
      },
      unlock: () => {
        served.set(served.get() + 1)
      },
    })

    for (const task of ['A', 'B']) {
      world.task(task, () => {
        lock()
        const seen = balance.get()
        balance.set(seen + 1)
        unlock()
      })
    }
    world.finally(() => world.assert(balance.get() === 2, 'two tasks were in the critical section at once'))
  })
}

/** Holds. */
export default ticketLock('ticket lock', 'atomically')

/** Two tasks may draw the same ticket: then updates are lost, or a ticket is never served. */
export const torn = ticketLock('ticket lock, tickets drawn in two steps', 'in two steps')
