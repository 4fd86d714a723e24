/** Traces by hand: the shapes a diagram has to cope with. */
import type { Failure, Trace } from '../../src/engine/result.js'
import { TraceBuilder } from './trace-builder.js'

export const WRITEBACK_BUG: Failure = {
  kind: 'bug-on',
  where: 'mpage_prepare_extent_to_map',
  message: 'BUG_ON(PageWriteback(page))',
  task: 'fsync',
}

/** The race of the 2020 thread as the model tells it: a wake-up meant for the page's former life. */
export function staleWakeup(): Trace {
  const flags = 'page0.flags'
  const tasks = [
    { name: 'completion', context: 'irq' as const },
    ...['truncate', 'fsync', 'flusher'].map((name) => ({ name, context: 'task' as const })),
  ]
  return new TraceBuilder('reuse', tasks, ['page0'])
    .run('completion')
    .call('ext4_end_bio', 'bio0')
    .local(3)
    .call('ext4_finish_bio', 'bio0')
    .local(4)
    .call('end_page_writeback', 'page0')
    .get(flags, 'PG_reclaim', '0')
    .call('test_clear_page_writeback', 'page0')
    .set('i_pages0', 'i_pages0', 'free', 'held by completion', 'spin_lock_irqsave')
    .swap('test_and_clear', flags, 'PG_writeback', '1', '0')
    .set('i_pages0', 'i_pages0', 'held by completion', 'free', 'spin_unlock_irqrestore')
    .ret('1')
    .run('truncate')
    .call('ext4_setattr')
    .local(2)
    .call('truncate_inode_pages_range')
    .local(2)
    .swap('test_and_set', flags, 'PG_locked', '0', '1')
    .call('wait_on_page_writeback', 'page0')
    .get(flags, 'PG_writeback', '0')
    .ret()
    .call('delete_from_page_cache', 'page0')
    .set('mapping0', '[0]', 'page0', 'null')
    .set('page0.mapping', 'page0.mapping', 'file0', 'null')
    .ret()
    .set(flags, 'PG_locked', '1', '0')
    .call('put_page', 'page0')
    .swap('dec_and_test', 'page0.refcount', 'page0.refcount', '1', '0')
    .call('free_unref_page', 'page0')
    .set('page', 'page0', 'allocated', 'free', 'free')
    .ret()
    .ret()
    .ret()
    .ret()
    .run('fsync', 'finished')
    .call('vfs_write')
    .local(2)
    .call('alloc_page')
    .set('page', 'page0', 'free', 'allocated', 'alloc')
    .set('page0.refcount', 'page0.refcount', '0', '1')
    .ret('page0')
    .call('add_to_page_cache_lru')
    .set('page0.mapping', 'page0.mapping', 'null', 'file1')
    .ret()
    .set(flags, 'PG_dirty', '0', '1')
    .ret()
    .call('ext4_writepages')
    .call('set_page_writeback', 'page0')
    .set(flags, 'PG_writeback', '0', '1')
    .ret()
    .ret()
    .call('vfs_write')
    .set(flags, 'PG_dirty', '0', '1')
    .ret()
    .call('ext4_writepages')
    .call('mpage_prepare_extent_to_map')
    .swap('test_and_set', flags, 'PG_locked', '0', '1')
    .call('wait_on_page_writeback', 'page0')
    .get(flags, 'PG_writeback', '1')
    .call('wait_on_page_bit_common')
    .set(flags, 'PG_waiters', '0', '1')
    .set('wait queue', 'wait queue', 'empty', 'fsync')
    .run('completion', 'blocked', 'fsync waits for PG_writeback of page0')
    .call('wake_up_page', 'page0')
    .get(flags, 'PG_waiters', '1')
    .call('wake_up_page_bit', 'page0')
    .swap('shift', 'wait queue', 'wait queue', 'fsync', 'empty')
    .call('wake_page_function')
    .set('fsync.woken', 'fsync.woken', '0', '1')
    .run('fsync')
    .get('fsync.woken', 'fsync.woken', '1')
    .ret()
    .ret()
    .get(flags, 'PG_writeback', '1')
    .failing(WRITEBACK_BUG)
    .build(WRITEBACK_BUG)
}

const INVERSION: Failure = { kind: 'deadlock', where: 'B', message: 'A waits for Y held by B, B waits for X held by A', task: 'B' }

/** Two locks in two orders. */
export function lockInversion(): Trace {
  return new TraceBuilder('inversion', [
    { name: 'A', context: 'task' },
    { name: 'B', context: 'task' },
  ])
    .run('A')
    .call('punch_hole')
    .set('X', 'X', 'free', 'held by A', 'mutex_lock')
    .run('B')
    .call('page_fault')
    .set('Y', 'Y', 'free', 'held by B', 'mutex_lock')
    .run('A', 'blocked', 'B waits for X held by A')
    .get('counter', 'counter', '0')
    .build(INVERSION, [
      { task: 0, text: 'Y held by B', holder: 'B' },
      { task: 1, text: 'X held by A', holder: 'A' },
    ])
}

const LOST: Failure = { kind: 'assertion', where: 'finally', message: 'an update was lost', task: 'finally' }

/** No functions, no failing step: the end state is wrong. */
export function lostUpdate(): Trace {
  return new TraceBuilder('lost-update', [
    { name: 'A', context: 'task' },
    { name: 'B', context: 'task' },
  ])
    .run('A')
    .get('counter', 'counter', '0')
    .run('B')
    .get('counter', 'counter', '0')
    .set('counter', 'counter', '0', '1')
    .run('A', 'finished')
    .set('counter', 'counter', '1', '1')
    .build(LOST)
}

/** So many tasks with so long names that columns can not stand side by side. */
export function manyTasks(count: number): Trace {
  const tasks = [...Array(count).keys()].map((at) => ({ name: `direct-reclaimer-number-${at}`, context: 'task' as const }))
  const builder = new TraceBuilder('crowd', tasks)
  const task = tasks.at(-1)?.name ?? ''
  const failure: Failure = { kind: 'refcount', where: 'put_page', message: 'page0.refcount went below zero', task }
  tasks.forEach(({ name }, at) => {
    builder.run(name, 'finished').call('shrink_page_list').call('__remove_mapping_and_free_the_page')
    builder.swap('dec_and_test', 'page0.refcount', 'page0.refcount', String(count - 2 - at), String(count - 3 - at))
    if (at < count - 1) builder.ret().ret()
  })
  return builder.failing(failure).build(failure)
}
