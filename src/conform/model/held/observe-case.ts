/** What can be observed of a case on the model while nothing can run. */
import type { Page, Vma } from '../../../kernel/include/linux/mm-types.js'
import { pteOf, pte_page } from '../../../kernel/include/linux/pgtable.js'
import { TASKS, type CaseObservation, type TaskName, type TaskState } from '../../case.js'
import { pagesText } from '../../content.js'
import { MAIN_PAGES_MAX, OTHER_PAGES } from '../../geometry.js'
import type { Outcome } from '../../record.js'
import { fileState, lettersOf, numberOf } from '../observe.js'
import type { Stage } from './case-program.js'

/** An observation but for whether frames were kept, and which frames there are. */
export interface Seen {
  readonly observation: Omit<CaseObservation, 'anon'>
  readonly anon: readonly { readonly letter: string; readonly frame: number }[]
}

/** @param used tasks that have made a call */
export function observeCase(stage: Stage, used: ReadonlySet<TaskName>): Seen {
  const { k, files, areas } = stage.furniture
  const file = (name: 'main' | 'other'): { size: number; cache: string } => {
    const { size, cache } = fileState(files[name], name === 'main' ? MAIN_PAGES_MAX : OTHER_PAGES)
    return { size, cache }
  }
  const entries = framesOf(areas.anon)
  return {
    observation: {
      tasks: Object.fromEntries(TASKS.filter((task) => used.has(task)).map((task) => [task, stateOf(stage, task)])),
      held: stage.device.held(),
      main: file('main'),
      other: file('other'),
      anonData: pagesText(entries.map(({ letter, page }) => (letter === 'a' && page !== null ? page.words.map((word) => numberOf(word.get())) : null))),
      shared: lettersOf(areas.shared),
      private: lettersOf(areas.private),
      mappedOther: lettersOf(areas.other),
    },
    anon: entries.map(({ letter, page }) => ({ letter: letter === 'a' ? 'p' : letter, frame: page === null ? -1 : k.memory.indexOf(page) })),
  }
}

function stateOf(stage: Stage, task: TaskName): TaskState {
  const outcome = stage.outcomes[task].get()
  if (outcome === '') return { state: 'blocked' }
  const { result, data } = JSON.parse(outcome) as Outcome
  return { state: 'returned', result, data }
}

/** What each page of an area is mapped to. */
function framesOf(vma: Vma): readonly { readonly letter: string; readonly page: Page | null }[] {
  const letters = lettersOf(vma)
  return Array.from({ length: vma.pages }, (_, i) => ({ letter: letters[i] ?? '.', page: pte_page(pteOf(vma.mm, vma.start + i).get()) }))
}

/** The same observation with whether the frames are those of the one before. */
export function withFrames(before: Seen | null, { observation, anon }: Seen): CaseObservation {
  return { ...observation, anon: anon.map(({ letter, frame }, i) => ({ letter, kept: frame >= 0 && frame === before?.anon[i]?.frame })) }
}
