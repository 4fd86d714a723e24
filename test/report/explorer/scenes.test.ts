import { beforeAll, describe, expect, test } from 'vitest'
import { program, type Program } from '../../../src/engine/index.js'
import { readSchedule } from '../../../src/engine/schedule.js'
import { runOn, Walker } from '../../../src/engine/walk-on.js'
import { races } from '../../../src/races/index.js'
import type { Scene } from '../../../src/report/explorer/scene.js'
import { Scenes } from '../../../src/report/explorer/scenes.js'
import { situation } from '../../../src/report/explorer/situation.js'
import { tokenAt } from '../../../src/report/explorer/token-at.js'
import { Timeline } from '../../../src/report/explorer/timeline.js'
import { programOf } from '../../races/support.js'
import { caught, choosing, everyKind, inversion, lostUpdate, ownPrograms, realSchedules, spinning, storeBuffering } from './support.js'

/** What the machine itself holds after a schedule, by name of the object. */
function realState(subject: Program, token: string): ReadonlyMap<string, unknown> {
  const walker = new Walker(subject)
  for (const m of readSchedule(token).path) walker.make(m)
  const { machine } = walker
  const state = new Map<string, unknown>()
  for (let slot = 0; slot < machine.slots; slot++) {
    const object = machine.objectAt(slot)
    if (object?.recordedAs === undefined || object.isLedger) continue
    state.set(object.name, object.content((at) => machine.state.get(at)))
  }
  return state
}

function expectReal(subject: Program, token: string, cursors: (steps: number) => readonly number[]): void {
  const whole = situation(subject, token)
  const timeline = new Timeline(whole.recording)
  for (const cursor of cursors(timeline.steps)) {
    const shown = new Map(timeline.objects.map(({ name }, object) => [name, timeline.contentAt(object, cursor).value]))
    expect(shown, `${subject.name} at ${cursor}`).toEqual(realState(subject, tokenAt(whole, cursor)))
  }
}

describe('the state at any step', () => {
  test('is that of the machine, of programs of one’s own', () => {
    for (const subject of ownPrograms) {
      const token = subject === choosing ? 'h1:0.2_0-2_1-' : caught(subject).schedule
      expectReal(subject, token, (steps) => Array.from({ length: steps + 1 }, (_, i) => i))
    }
  })

  test('is that of the machine, of races of the catalogue', () => {
    for (const { subject, token } of realSchedules()) expectReal(subject, token, (steps) => [0, steps >> 1, steps])
  })

  test('is that of the machine, where memory is weak', () => {
    const race = races.find(({ name }) => name === 'madv-free-direct-io')
    if (race === undefined) throw new Error('no such race')
    const subject = programOf(race, 'simple-read', { memory: 'weak' })
    expectReal(subject, runOn(subject, 'h1:'), (steps) => [0, steps >> 1, steps])
  })

  test('is the same whether the schedule goes on after it or not', () => {
    for (const { name, subject, token } of realSchedules()) {
      const whole = situation(subject, token)
      const scenes = new Scenes(whole)
      const cursor = scenes.steps >> 1
      const part = new Scenes(situation(subject, tokenAt(whole, cursor))).at(cursor)
      // What is never changed is not shown, and whether it is, only the whole schedule knows.
      const common = ({ pages, files, locks, bios, waitQueues, disks, lists, tasks }: Scene): Partial<Scene> => ({
        pages: pages.map((page) => ({ ...page, more: [], mapcount: null, mappings: [] })),
        files,
        locks,
        bios,
        waitQueues,
        disks,
        lists,
        tasks,
      })
      expect(common(scenes.at(cursor)), name).toEqual(common(part))
    }
  })

  test('marks what the last step changed and nothing else', () => {
    for (const { name, subject, token } of realSchedules()) {
      const whole = situation(subject, token)
      const scenes = new Scenes(whole)
      for (let cursor = 1; cursor <= scenes.steps; cursor++) {
        const touched = new Set(whole.recording.steps[cursor - 1]?.changes.map(({ object }) => object))
        const marked = markedIn(scenes.at(cursor))
        expect([...marked].filter((object) => !touched.has(object)), `${name} at ${cursor}`).toEqual([])
      }
    }
  })
})

/** Numbers of every object that is marked as changed, wherever it is in the scene. */
function markedIn(scene: Scene): ReadonlySet<number> {
  const marked = new Set<number>()
  const pending: unknown[] = [{ ...scene, tasks: [] }]
  for (let value = pending.pop(); value !== undefined; value = pending.pop()) {
    if (typeof value !== 'object' || value === null) continue
    if ('changed' in value && 'object' in value && value.changed === true) marked.add(value.object as number)
    pending.push(...(Object.values(value) as unknown[]).filter((part) => part !== undefined))
  }
  return marked
}

describe('a program of one’s own', () => {
  test('shows each object by its kind, with who wrote it when', () => {
    const scenes = new Scenes(situation(lostUpdate, 'h1:0-_1-2'))
    expect(scenes.at(0).objects).toMatchObject([{ name: 'counter', kind: 'cell', field: { value: '0', since: 0, by: null, changed: false } }])
    expect(scenes.at(3).objects).toMatchObject([{ field: { value: '1', since: 3, by: 1, changed: true } }])
    expect(scenes.at(3).pages).toEqual([])
  })

  test('shows bits, lists, counters, pools and pointers in words', () => {
    const scenes = new Scenes(situation(everyKind, 'h1:0-a'))
    const end = scenes.at(scenes.steps)
    const words = Object.fromEntries(end.objects.map(({ name, field }) => [name, field.value]))
    expect(words).toEqual({
      'thing.cell': '[1, 2]',
      flags: 'ready done',
      list: 'a, b',
      pointer: 'thing',
      queue: 'empty',
      refs: '2',
      slab: 'free, free',
      'slab0.mark': 'used',
      'slab1.mark': '',
    })
    expect(end.objects.find(({ name }) => name === 'flags')?.bits.map(({ name, value, by }) => [name, value, by])).toEqual([
      ['ready', true, null],
      ['done', true, 0],
    ])
  })

  test('shows who holds a lock and who waits for it', () => {
    const scenes = new Scenes(situation(everyKind, 'h1:0-_1-'))
    expect(scenes.at(2).locks).toMatchObject([
      { name: 'sem', kind: 'rwsem', holders: [{ task: 0, mode: 'shared' }], waiters: [{ task: 1, mode: 'exclusive' }] },
    ])
    expect(scenes.at(0).locks).toEqual([])
    const deadlock = new Scenes(situation(inversion, 'h1:0-_1-2'))
    expect(deadlock.at(deadlock.steps).locks).toMatchObject([
      { name: 'X', kind: 'mutex', holders: [{ task: 0 }], waiters: [] },
      { name: 'Y', kind: 'spinlock', holders: [{ task: 1 }], waiters: [{ task: 0 }] },
    ])
  })

  test('shows the open calls of every task', () => {
    const scenes = new Scenes(situation(inversion, 'h1:0-_1-2'))
    expect(scenes.at(0).tasks.map(({ calls }) => calls.map(({ fn }) => fn))).toEqual([['forwards'], ['backwards']])
    expect(scenes.at(scenes.steps).tasks.map(({ name, status, wait }) => [name, status, wait?.text])).toEqual([
      ['A', 'waiting', 'Y held by B'],
      ['B', 'waiting', 'X for ever'],
    ])
  })

  test('works for livelocks, for weak memory and for no steps at all', () => {
    for (const subject of [spinning, storeBuffering]) {
      const scenes = new Scenes(situation(subject, caught(subject).schedule))
      expect(scenes.at(scenes.steps).objects.length).toBeGreaterThan(0)
    }
    expect(new Scenes(situation(lostUpdate, 'h1:')).at(0).tasks.map(({ status }) => status)).toEqual(['ready', 'ready'])
  })

  test('shows what a task may still see where memory is weak', () => {
    const scenes = new Scenes(situation(storeBuffering, 'h1:0-'))
    expect(scenes.at(0).older).toEqual([])
    expect(scenes.at(1).older).toEqual([{ name: 'x', object: 0, values: ['0', '1'], readers: [{ task: 1, values: ['0', '1'] }] }])
    const { schedule } = caught(storeBuffering)
    const end = new Scenes(situation(storeBuffering, schedule))
    expect(end.at(end.steps).older).toEqual([])
  })

  test('takes a cursor beyond either end for that end', () => {
    const scenes = new Scenes(situation(lostUpdate, 'h1:0-2'))
    expect(scenes.at(-3)).toEqual(scenes.at(0))
    expect(scenes.at(99)).toEqual(scenes.at(2))
  })

  test('hides what belongs to checks', () => {
    const subject = program('ledger', (world) => {
      const ledger = world.ledger('ledger', 0)
      world.task('A', () => ledger.set(1))
    })
    expect(new Scenes(situation(subject, 'h1:0-')).at(1).objects).toEqual([])
  })
})

describe('the history of an object', () => {
  test('is the strip of its changes, each with its step and its task', () => {
    const scenes = new Scenes(situation(lostUpdate, 'h1:0-_1-2_0-'))
    const counter = scenes.objectNamed('counter')
    expect(scenes.history(counter)).toEqual([{ at: 2, task: 1, before: '0', after: '1' }])
    expect(scenes.objectNamed('no such thing')).toBe(-1)
    expect(scenes.history(-1)).toEqual([])
  })

  test('can be that of one bit', () => {
    const scenes = new Scenes(situation(everyKind, 'h1:0-9'))
    const flags = scenes.objectNamed('flags')
    expect(scenes.history(flags, 'done')).toEqual([{ at: 1, task: 0, before: '0', after: '1' }])
    expect(scenes.history(flags, 'ready')).toEqual([])
    expect(scenes.history(flags)).toEqual([{ at: 1, task: 0, before: 'ready', after: 'ready done' }])
  })

  test('agrees with the changes that the trace tells', () => {
    for (const { name, subject, token } of realSchedules().slice(0, 6)) {
      const whole = situation(subject, token)
      const scenes = new Scenes(whole)
      const steps = whole.recording.trace.events.filter((event) => event.type === 'step')
      for (const [object, { name: objectName, kind }] of whole.recording.objects.entries()) {
        if (kind === 'pool' || kind === 'rwsem') continue
        const told = steps.flatMap(({ changes }, at) => (changes.some((change) => change.object === objectName) ? [at] : []))
        expect(scenes.history(object).map(({ at }) => at), `${name}: ${objectName}`).toEqual(told)
      }
    }
  })
})

describe('the race of the writeback thread', () => {
  let scenes: Scenes
  let end: Scene

  beforeAll(() => {
    const { subject, token } = realSchedules()[0] ?? { subject: lostUpdate, token: '' }
    scenes = new Scenes(situation(subject, token))
    end = scenes.at(scenes.steps)
  })

  test('shows the page that was freed under the completion', () => {
    expect(scenes.at(0).pages).toMatchObject([{ name: 'page', live: true, use: { value: 1 }, refcount: { value: 2 }, words: [{ value: 'F1:v0' }] }])
    expect(scenes.at(0).pages[0]?.flags.filter(({ value }) => value).map(({ name }) => name)).toContain('PG_writeback')
    expect(end.pages).toMatchObject([{ live: false, refcount: { value: 0 }, references: [] }])
  })

  test('shows who holds the references to it', () => {
    expect(scenes.at(0).pages[0]?.references.map(({ kind, text }) => [kind, text])).toEqual([
      ['page cache', 'page cache, slot 0 of F1'],
      ['buffers', 'its buffers'],
    ])
  })

  test('shows the bio that is under way, and the interrupt’s calls', () => {
    expect(scenes.at(0).bios).toMatchObject([{ task: 0, op: 'WRITE', pages: ['page'], status: 'submitted' }])
    expect(end.step?.calls.map(({ fn }) => fn)).toEqual(['bio_endio', 'ext4_end_bio', 'ext4_finish_bio', 'end_page_writeback', 'wake_up_page'])
  })

  test('names the kernel file of every function on the stack', () => {
    const { sources } = situation(realSchedules()[0]?.subject ?? lostUpdate, realSchedules()[0]?.token ?? '')
    expect(sources.wake_up_page).toEqual({ file: 'mm/filemap.c', version: 'v5.10-rc5', patches: [] })
    expect(sources.bio_endio?.file).toBe('block/bio.c')
    expect(end.step?.calls.filter(({ fn }) => sources[fn] === undefined)).toEqual([])
  })
})

test('every program of the catalogue can be shown, from its first step to its last', () => {
  for (const race of races) {
    for (const { name, memories = race.memories } of race.programs) {
      const subject = programOf(race, name, { fs: race.fileSystems[0] ?? 'ext4', memory: memories[0] ?? 'sc' })
      const scenes = new Scenes(situation(subject, runOn(subject, 'h1:')))
      expect(scenes.steps, name).toBeGreaterThan(0)
      for (let cursor = 0; cursor <= scenes.steps; cursor += 10) {
        const { pages, tasks, locks } = scenes.at(cursor)
        for (const { refcount, references } of pages) expect(references.reduce((sum, { count }) => sum + count, 0)).toBe(refcount.value)
        for (const { holders, waiters } of locks) expect([...holders, ...waiters].filter(({ task }) => task >= tasks.length)).toEqual([])
      }
    }
  }
})
