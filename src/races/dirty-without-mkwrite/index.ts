/** Pages dirtied without page_mkwrite: second diagram of a thread of January 2018. */
import type { Race } from '../race.js'
import { blocks } from './blocks.js'
import { fixes } from './claims.js'
import { failures } from './failures.js'
import { programs } from './programs.js'

export const dirtyWithoutMkwrite: Race = {
  name: 'dirty-without-mkwrite',
  title: 'A direct read changes and dirties a file page that has been write-protected since',
  thread: { file: 'dirty-pages-without-buffers-2018.txt', subject: 'Filesystem crashes due to pages without buffers' },
  summary:
    'read(2) with O_DIRECT fills a page of another file that is mapped shared, and that page_mkwrite has prepared for being written to. ' +
    'Ordinary writeback write-protects the page, so that the next store has to ask the file system again; the device stores without asking. ' +
    'Content changes under I/O, and the page becomes dirty though its file system is frozen, or its block punched.',
  kernels: ['v4.15', 'v6.18'],
  fileSystems: ['ext4'],
  memories: ['sc'],
  programs,
  blocks,
  failures,
  fixes,
}
