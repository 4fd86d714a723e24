/** What was said in the thread about each fix, in our words. */
import type { Claim, RaceFix } from '../race.js'

const KERNELS = ['v4.13'] as const
const JAN = 'Jan Kara'
const DAVE = 'Dave Chinner'

function claim(failure: string, says: 'closes' | 'leaves', who: string, date: string, text: string): Claim {
  return { failure, says, who, date, text }
}

export const fixes: readonly RaceFix[] = [
  {
    name: 'check-under-mmaplock',
    author: JAN,
    date: '2017-08-30',
    summary: '->fault and ->huge_fault look at S_DAX and do what comes of it under one hold of MMAPLOCK; ->page_mkwrite does so under its own',
    kernels: KERNELS,
    claims: [
      claim('null-page', 'closes', JAN, '2017-08-30 12:00',
        'Once all tests are under MMAPLOCK, page_mkwrite is only reached after ->fault has returned LOCKED, and so with a page.'),
      claim('null-page', 'leaves', DAVE, '2017-08-30 08:57',
        'Did that first, and iomap_page_mkwrite still found vmf->page NULL; a fault can come between the invalidation and the end of the switch.'),
      claim('bug-on-mixedmap', 'leaves', JAN, '2017-08-30',
        'Later in the thread: invalidating the mapping does not change areas, and those of DAX have to be set up with VM_MIXEDMAP.'),
    ],
  },
  {
    name: 'check-twice',
    author: 'a plain way to write it',
    date: '2017-08-30',
    summary: '->fault tests S_DAX under MMAPLOCK, drops it, and takes the short cut to ->page_mkwrite, which locks and tests again',
    kernels: KERNELS,
    claims: [
      claim('null-page', 'leaves', DAVE, '2017-08-30 08:57',
        'What can change between ->fault and page_mkwrite can change anywhere that MMAPLOCK is not held.'),
    ],
  },
  {
    name: 'nested-hold',
    author: 'another way to write it',
    date: '2017-08-30',
    summary: '->fault keeps MMAPLOCK for reading and takes the short cut to ->page_mkwrite, which takes it again',
    kernels: KERNELS,
    claims: [],
  },
  {
    name: 'vmf-says-dax',
    author: DAVE,
    date: '2017-08-28',
    summary: 'the fault carries what was decided when S_DAX was looked at first; nobody looks at the inode again',
    kernels: KERNELS,
    claims: [
      claim('null-page', 'closes', DAVE, '2017-08-28 20:10',
        'What the file system has to do about a fault is settled by what has been done already, and the vmf should say so.'),
    ],
  },
  {
    name: 'switch-updates-vmas',
    author: DAVE,
    date: '2017-08-28',
    summary: 'the switch also sets or clears VM_MIXEDMAP of every area that maps the file, without the mmap_sem, which comes before MMAPLOCK',
    kernels: KERNELS,
    claims: [
      claim('bug-on-mixedmap', 'closes', DAVE, '2017-08-28 20:10',
        'A change of the flag has to reach the mapping and the areas; invalidation alone is not enough.'),
    ],
  },
  {
    name: 'switch-updates-vmas-locked',
    author: 'the same, by the rules of vm_flags',
    date: '2017-08-28',
    summary: 'the switch sets or clears VM_MIXEDMAP of every area that maps the file under the mmap_sem of its address space',
    kernels: KERNELS,
    claims: [],
  },
  {
    name: 'not-while-mapped',
    author: JAN,
    date: '2017-08-30',
    summary: 'with check-under-mmaplock, the switch fails with -EBUSY while an area maps the file',
    kernels: KERNELS,
    claims: [
      claim('bug-on-mixedmap', 'closes', JAN, '2017-08-30',
        'Later in the thread: making sure that the file is not mapped when the flag is switched would do, though it gets awkward.'),
    ],
  },
  {
    name: 'no-switching',
    author: 'Christoph Hellwig, merged for v4.14',
    date: '2017-09-18',
    summary: 'the ioctl changes the flag on disk and leaves S_DAX as it is',
    kernels: KERNELS,
    claims: [],
  },
  {
    name: 'fixed-in-core',
    author: 'Ira Weiny, merged for v5.8',
    date: '2020-05-04',
    summary: 'S_DAX is set when the inode is read into memory, and never after; the ioctl does not flush either',
    kernels: KERNELS,
    claims: [],
  },
]
