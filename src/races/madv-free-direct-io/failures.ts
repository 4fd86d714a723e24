/** What can go wrong: columns of the matrix. Messages are those of src/kernel/oracle.ts and of the programs. */
import type { Failure } from '../../engine/index.js'
import type { RaceFailure } from '../race.js'

const isLoss = ({ kind }: Failure): boolean => kind === 'data-lost' || kind === 'data-stale'
const ofRead = ({ message }: Failure): boolean => message.includes('what read(2) returned')

export const failures: readonly RaceFailure[] = [
  {
    name: 'read-lost',
    summary: 'read(2) succeeded and the buffer shows zeros, or what was in it before',
    matches: (failure) => isLoss(failure) && ofRead(failure),
  },
  {
    name: 'store-lost',
    summary: 'what user code has stored after MADV_FREE is gone',
    matches: (failure) => isLoss(failure) && !ofRead(failure),
  },
  {
    name: 'never-freed',
    summary: 'memory that was MADV_FREEd and not touched since is kept by every later pass of reclaim',
    matches: ({ kind, message }) => kind === 'assertion' && message.includes('never freed'),
  },
  {
    name: 'foreign-data',
    summary: 'a process sees data of somebody else',
    matches: ({ kind }) => kind === 'data-foreign',
  },
  {
    name: 'freed-memory',
    summary: 'kernel or user code reaches a page that was freed',
    matches: ({ kind }) => kind === 'use-after-free' || kind === 'bad-page-state',
  },
]
