/**
 * A device whose requests are in the hands of a case, on the model: what is held was submitted, and is not done until it is released. What is
 * to be written is taken from memory when the request comes, as the device of the real kernel's side does it.
 */
import type { Cell, List, World } from '../../../engine/index.js'
import { wordOf } from '../../../kernel/block/blocks.js'
import { ZERO, type AddressSpace, type Bio } from '../../../kernel/include/linux/mm-types.js'
import { hostOf } from '../../../kernel/include/linux/host.js'
import { patch, type Kernel, type Patch } from '../../../kernel/kernel.js'
import { heldText, type HeldIo } from '../../case.js'
import type { FileName } from '../../sequence.js'

/** What the device is to hold: the next request that touches a block, or the next of the swap device. */
type Rule = readonly [direction: Bio[0], block: number | 'swap']

/** A hold of a case, from when it is asked for to when it is released. */
type HoldState = 'unused' | 'released' | readonly [state: 'armed', rule: Rule] | readonly [state: 'held', bio: Bio, content: readonly string[]]

export class HeldDevice {
  readonly patch: Patch
  readonly #states: readonly Cell<HoldState>[]
  /** Numbers of holds, in the order in which their requests came. */
  readonly #arrived: List<number>
  readonly #take: (bio: Bio) => number
  readonly #write: (bio: Bio, content: readonly string[]) => Bio

  /** @param ios what each hold of the case is of, in order */
  constructor(
    world: World,
    private readonly ios: readonly HeldIo[],
  ) {
    this.#states = ios.map((_io, i) => world.cell<HoldState>(`hold${i}`, 'unused') as Cell<HoldState>)
    this.#arrived = world.list<number>('held requests')
    this.#take = world.atomic('held device', (bio: Bio) => this.#takes(bio))
    this.#write = world.atomic('held device writes', written)
    this.patch = patch('held device', {
      submit_bio: (_k, base, bio) => {
        if (this.#take(bio) < 0) base(bio)
      },
    })
  }

  /** The next request of the `hold`th hold's I/O will be held. @throws RangeError if its page has no block */
  arm(files: Readonly<Record<FileName, AddressSpace>>, hold: number): void {
    const io = this.ios[hold] as HeldIo
    this.#stateOf(hold).set(['armed', [io.direction === 'read' ? 'READ' : 'WRITE', io.of === 'swap' ? 'swap' : blockOf(files[io.of], io)]])
  }

  /** The device does what was asked of it; nothing if that is not held (-1). */
  release(k: Kernel, hold: number): void {
    if (hold < 0) return
    const state = this.#stateOf(hold).swap('released')
    this.#arrived.remove(hold)
    if (state[0] === 'held') k.device.start(this.#write(state[1] as Bio, state[2] as readonly string[]))
  }

  /** Releases what is held, in the order it came; what was not asked for yet is not held any more. */
  releaseAll(k: Kernel): void {
    for (const hold of this.#arrived.all()) this.release(k, hold)
    this.#states.forEach((state, hold) => {
      if (state.get()[0] === 'armed') this.#stateOf(hold).set('released')
    })
  }

  /** The first hold of this I/O that is held; -1 if there is none. */
  heldOf(io: HeldIo): number {
    return this.#arrived.all().find((hold) => heldText(this.ios[hold] as HeldIo) === heldText(io)) ?? -1
  }

  /** What is held, in words, in the order it came. */
  held(): readonly string[] {
    return this.#arrived.all().map((hold) => heldText(this.ios[hold] as HeldIo))
  }

  #takes(bio: Bio): number {
    const hold = this.#states.findIndex((cell) => {
      const state = cell.get()
      return state[0] === 'armed' && matches(state[1] as Rule, bio)
    })
    if (hold < 0) return -1
    this.#stateOf(hold).set(['held', bio, contentOf(bio)])
    this.#arrived.push(hold)
    return hold
  }

  #stateOf(hold: number): Cell<HoldState> {
    return this.#states[hold] as Cell<HoldState>
  }
}

/** What a bio of a file writes, word by word, as it is in memory now; nothing of other bios. */
function contentOf([op, , , , , , , segments]: Bio): readonly string[] {
  if (op !== 'WRITE' || segments === undefined) return []
  return segments.flatMap(([page, word, , , words]) => Array.from({ length: words }, (_, w) => (page === null ? ZERO : wordOf(page.words, word + w).get())))
}

/** Writes what was taken from memory to the device. @returns the bio whose data need not be transferred any more */
function written(bio: Bio, content: readonly string[]): Bio {
  const [op, end_io, pages, file, index, owner, guards, segments = [], ioend] = bio
  if (content.length === 0) return bio
  let next = 0
  for (const [, , block, blockWord, words] of segments) {
    for (let w = 0; w < words; w++) wordOf(hostOf(file).disk.blocks[block] ?? [], blockWord + w).set(content[next++] ?? ZERO)
  }
  const left = [op, end_io, pages, file, index, owner, guards, []] as const
  return ioend === undefined ? left : [...left, ioend]
}

function matches([direction, block]: Rule, bio: Bio): boolean {
  const [op, , , file] = bio
  if (op !== direction) return false
  if (block === 'swap') return file.host === null
  return (bio[7] ?? []).some(([, , at]) => at === block)
}

/** Where a page is on the device. */
function blockOf(file: AddressSpace, io: HeldIo): number {
  const extent = io.of === 'swap' ? undefined : hostOf(file).extents[io.page]?.get()
  if (extent === undefined || typeof extent === 'string') throw new RangeError(`there is no block on the device for ${heldText(io)}`)
  return extent[1]
}
