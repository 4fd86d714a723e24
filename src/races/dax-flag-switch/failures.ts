/** What can go wrong: columns of the matrix. */
import type { Failure } from '../../engine/index.js'
import type { RaceFailure } from '../race.js'

const isAboutCopies = ({ kind, message }: Failure): boolean =>
  kind === 'data-lost' || kind === 'data-stale' || (kind === 'assertion' && message.startsWith('S_DAX is'))

export const failures: readonly RaceFailure[] = [
  {
    name: 'null-page',
    summary: 'iomap_page_mkwrite locks vmf->page, which is NULL',
    matches: ({ kind, where }) => kind === 'null-dereference' && where === 'iomap_page_mkwrite',
  },
  {
    name: 'bug-on-mixedmap',
    summary: 'BUG_ON: device memory is mapped into an area without VM_MIXEDMAP',
    matches: ({ kind, where }) => kind === 'bug-on' && (where === 'vm_insert_mixed' || where === 'vmf_insert_pfn_pmd'),
  },
  {
    name: 'two-copies',
    summary: 'the page cache has one copy of the data and the device another: stale reads, lost writes, one of them left behind',
    matches: isAboutCopies,
  },
  {
    name: 'warning',
    summary: 'a WARN_ON of DAX or of the page cache: a page where an entry was expected, a dirty page thrown away',
    matches: ({ kind }) => kind === 'warn-on' || kind === 'bad-page-state',
  },
  {
    name: 'deadlock',
    summary: 'tasks wait for each other',
    matches: ({ kind }) => kind === 'deadlock',
  },
  {
    name: 'sleeps-for-ever',
    summary: 'a task sleeps for ever although what it waits for has happened, or faults for ever',
    matches: ({ kind }) => kind === 'lost-wakeup' || kind === 'livelock',
  },
  {
    name: 'signal',
    summary: 'a store or load gets a signal although the file is there',
    matches: ({ kind, message }) => kind === 'assertion' && message.startsWith('a signal'),
  },
]
