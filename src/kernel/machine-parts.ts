/** Structures that a machine has many of, at set-up. */
import type { Cell, Objects, World } from '../engine/index.js'
import type { AddressSpace, AnonVma, Bio, BufferHead, Dio, Page, SuperBlock, WaitEntry, WaitQueueHead } from './include/linux/mm-types.js'
import type { Buffer } from './include/linux/extent-map.js'
import { PAGE_FLAGS } from './include/linux/page-flags.js'

export function page(make: Objects, words: number): Page {
  return {
    flags: make.flags('flags', PAGE_FLAGS),
    refcount: make.counter('refcount', 0),
    mapcount: make.counter('mapcount', 0),
    compound_mapcount: make.counter('compound_mapcount', 0),
    mapping: make.ref<AddressSpace | AnonVma>('mapping'),
    index: make.cell('index', 0),
    private: make.ref<BufferHead>('private'),
    compound_head: make.ref<Page>('compound_head'),
    swap: make.cell('swap', 0),
    buffers: make.cell<readonly Buffer[] | null>('buffers', null),
    words: wordCells(make, 'data', words),
    use: make.ledger<Page | null>('use', null),
    lock_owner: make.ledger('lock_owner', ''),
  }
}

export function superBlock(world: World, name: string): SuperBlock {
  return world.struct(`${name}.s_writers`, {
    freeze_write: world.rwsem(`${name}.freeze_write`),
    freeze_pagefault: world.rwsem(`${name}.freeze_pagefault`),
    frozen: world.cell(`${name}.frozen`, false),
  })
}

export function dio(world: World, task: string): Dio {
  return world.struct(`dio of ${task}`, {
    ref: world.counter(`${task}.dio.ref`),
    waiter: world.cell(`${task}.dio.waiter`, false),
    completed: world.cell(`${task}.dio.completed`, false),
    bio_lock: world.spinlock(`${task}.dio.bio_lock`),
    bio_list: world.list<Bio>(`${task}.dio.bio_list`),
  })
}

export function waitQueueHead(world: World, name: string): WaitQueueHead {
  return { lock: world.spinlock(`${name}.lock`), entries: world.list<WaitEntry>(`${name}.head`) }
}

export function wordCells(make: Objects, name: string, words: number): Cell<string>[] {
  return Array.from({ length: words }, (_, i) => make.cell(words === 1 ? name : `${name}.${i}`, ''))
}
