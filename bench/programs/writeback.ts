import { program, type Program } from 'heddle/engine'

/**
 * W3: the end of writeback of a page that truncate frees and another file reuses, with `extra` more tasks waiting on the
 * page. Single flag, reference and list operations; a waiter is woken by being taken off the list, and goes on without
 * looking at the flag again. `fixed`: the completion holds a reference of its own until after the last wake-up.
 */
export function writeback(extra: number, fixed: boolean): Program {
  return program(`writeback(${extra})${fixed ? ', fixed' : ''}`, (world) => {
    const flags = world.flags('page.flags', ['PG_writeback', 'PG_waiters'], ['PG_writeback'])
    const lock = world.mutex('PG_locked')
    const refs = world.counter('page.refcount', 2) // the page cache's and truncate's
    const cached = world.cell('page cache', true)
    const free = world.cell('page is free', false)
    const submitted = world.cell('second bio submitted', false)
    const queue = world.list<number>('wait queue')

    const putPage = world.fn('put_page', () => {
      if (refs.decAndTest()) free.set(true)
    })
    const waitOnPageBit = world.fn('wait_on_page_bit', (me: number) => {
      queue.push(me)
      flags.set('PG_waiters')
      if (flags.test('PG_writeback')) world.until(() => !queue.has(me), 'the wake-up')
      else queue.remove(me)
    })
    const waitOnPageWriteback = world.fn('wait_on_page_writeback', (me: number) => {
      if (flags.test('PG_writeback')) waitOnPageBit(me)
    })
    const endPageWriteback = world.fn('end_page_writeback', () => {
      if (fixed) refs.inc()
      if (!flags.testAndClear('PG_writeback')) world.fail('bug-on', 'the page was not under writeback')
      if (flags.testAndClear('PG_waiters')) world.repeat(() => (queue.shift() === undefined ? true : undefined))
      if (fixed) putPage()
    })

    world.task('completion', () => {
      endPageWriteback()
      world.until(() => submitted.get(), 'the second bio')
      endPageWriteback()
    })
    world.task('truncate', () => {
      lock.lock()
      waitOnPageWriteback(0)
      cached.set(false)
      putPage()
      lock.unlock()
      putPage()
    })
    world.task('owner', () => {
      world.until(() => free.get(), 'a free page')
      refs.set(1)
      lock.lock()
      flags.set('PG_writeback')
      submitted.set(true)
      lock.unlock()
      lock.lock()
      waitOnPageWriteback(1)
      if (flags.test('PG_writeback')) world.fail('bug-on', 'PG_writeback is set after waiting for it')
      lock.unlock()
    })
    for (let i = 0; i < extra; i++) {
      world.task(`waiter ${i}`, () => {
        if (!refs.incUnlessZero()) return
        waitOnPageBit(2 + i)
        putPage()
      })
    }
  })
}
