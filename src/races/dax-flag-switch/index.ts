/** Switching S_DAX while the file is in use: a thread of August and September 2017. */
import type { Race } from '../race.js'
import { blocks } from './blocks.js'
import { fixes } from './claims.js'
import { failures } from './failures.js'
import { programs } from './programs.js'

export const daxFlagSwitch: Race = {
  name: 'dax-flag-switch',
  title: 'chattr +x and -x change how a file is stored under the feet of those who use it',
  thread: { file: 'dax-flag-switch-2017.txt', subject: 'on switching the per-inode DAX flag (the file gives no subject line)' },
  summary:
    'A fault looks at S_DAX without a lock, takes the short cut for DAX, and finds after the switch that the file has a page cache: ' +
    'iomap_page_mkwrite is handed no page. Areas that were mapped before the switch lack VM_MIXEDMAP, which vm_insert_mixed insists on. ' +
    'read(2) and write(2) choose their way before they take the IOLOCK, so that data may go to one copy and be read from the other.',
  kernels: ['v4.13', 'v6.18'],
  fileSystems: ['xfs'],
  memories: ['sc'],
  programs,
  blocks,
  failures,
  fixes,
}
