/** What a task of a case does when it makes a call. */
import type { World } from '../../../engine/index.js'
import type { Vma } from '../../../kernel/include/linux/mm-types.js'
import { pteOf, pte_page } from '../../../kernel/include/linux/pgtable.js'
import { contentText } from '../../content.js'
import type { Outcome } from '../../record.js'
import type { Operation } from '../../sequence.js'
import type { Furniture } from '../bench.js'
import { execute } from '../execute.js'
import { numberOf } from '../observe.js'

/** Memory of a task's own, which is one page: where direct I/O without another buffer goes to and comes from. */
interface Heap {
  readonly area: Vma
  /** Fills it. */
  readonly fill: (value: string) => void
  /** The first words of it. */
  readonly text: (words: number) => string
}

export interface Caller extends Furniture {
  readonly heap: Heap
}

/** A task that can make calls; at set-up. */
export function heapOf(world: World, furniture: Furniture, task: string): Caller {
  const { k } = furniture
  const mm = k.address_space(`heap of ${task}`, 1)
  const area = k.area(mm, { name: `heap of ${task}` })
  for (let word = 0; word < k.config.words; word++) k.user_store(area, 0, word, '0')
  const page = (): ReturnType<typeof pte_page> => pte_page(pteOf(mm, 0).get())
  const heap = {
    area,
    fill: world.atomic(`fill heap of ${task}`, (value: string) => page()?.words.forEach((word) => word.set(value))),
    text: world.observation(`look at heap of ${task}`, (words: number) =>
      contentText((page()?.words ?? []).slice(0, words).map((word) => numberOf(word.get()))),
    ),
  }
  return { ...furniture, heap }
}

/** @param recipe as sequences are run: before DONTNEED what is dirty is written */
export function makeCall(caller: Caller, call: Operation, recipe: boolean): Outcome {
  const { k, files, heap } = caller
  if (call.op === 'pread-direct' && call.into === 'heap') {
    const [result] = k.ksys_pread64(files.main, call.offset, call.length, [heap.area, 0, call.length], true)
    return { result, data: result > 0 ? heap.text(result) : '' }
  }
  if (call.op === 'pwrite-direct' && 'value' in call.from) {
    heap.fill(String(call.from.value))
    return { result: k.ksys_pwrite64(files.main, call.offset, call.length, [heap.area, 0, call.length], true), data: '' }
  }
  if (call.op === 'fadvise' && call.advice === 'DONTNEED' && !recipe) {
    k.fadvise_dontneed(files[call.file], call.offset, call.length)
    return { result: 0, data: '' }
  }
  return execute(caller, call)
}
