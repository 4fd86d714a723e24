/** A device whose requests are in the hands of a case, on the model: what is held was submitted, and is not done until it is released. */
import type { Cell, List, World } from '../../../engine/index.js'
import type { AddressSpace, Bio } from '../../../kernel/include/linux/mm-types.js'
import { hostOf } from '../../../kernel/include/linux/host.js'
import { patch, type Kernel, type Patch } from '../../../kernel/kernel.js'
import { heldText, type HeldIo } from '../../case.js'
import type { FileName } from '../../sequence.js'

/** What the device is to hold: the next request that touches a block, or the next of the swap device. */
type Rule = readonly [direction: Bio[0], block: number | 'swap']

/** A hold of a case, from when it is asked for to when it is released. */
type HoldState = 'unused' | 'released' | readonly [state: 'armed', rule: Rule] | readonly [state: 'held', bio: Bio]

export class HeldDevice {
  readonly patch: Patch
  readonly #states: readonly Cell<HoldState>[]
  /** Numbers of holds, in the order in which their requests came. */
  readonly #arrived: List<number>
  readonly #take: (bio: Bio) => number

  /** @param ios what each hold of the case is of, in order */
  constructor(
    world: World,
    private readonly ios: readonly HeldIo[],
  ) {
    this.#states = ios.map((_io, i) => world.cell<HoldState>(`hold${i}`, 'unused') as Cell<HoldState>)
    this.#arrived = world.list<number>('held requests')
    this.#take = world.atomic('held device', (bio: Bio) => this.#takes(bio))
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
    if (state[0] === 'held') k.device.start(state[1] as Bio)
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
    this.#stateOf(hold).set(['held', bio])
    this.#arrived.push(hold)
    return hold
  }

  #stateOf(hold: number): Cell<HoldState> {
    return this.#states[hold] as Cell<HoldState>
  }
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
