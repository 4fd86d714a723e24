/** Dirty pages without buffers: first diagram of a thread of January 2018. */
import type { Race } from '../race.js'
import { blocks } from './blocks.js'
import { fixes } from './claims.js'
import { failures } from './failures.js'
import { programs } from './programs.js'

export const dirtyWithoutBuffers: Race = {
  name: 'dirty-without-buffers',
  title: 'A direct read dirties a file page whose buffers reclaim has dropped',
  thread: { file: 'dirty-pages-without-buffers-2018.txt', subject: 'Filesystem crashes due to pages without buffers' },
  summary:
    'read(2) with O_DIRECT fills a page of another file that is mapped shared; page_mkwrite has given it buffers and allocated its block. ' +
    'While the device fills the page, reclaim unmaps it, writes it and drops its buffers, and only then finds that somebody holds a reference. ' +
    'At its end the read dirties the page all the same; writeback meets a dirty page without buffers.',
  kernels: ['v4.15', 'v6.18'],
  fileSystems: ['ext4'],
  memories: ['sc'],
  programs,
  blocks,
  failures,
  fixes,
}
