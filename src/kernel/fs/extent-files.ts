/** The tables of files with extent maps, v3.4, in one. */
import { faultsOf34Inlines, pteInstructions } from '../versions/v34/faults.js'
import { filemapIo, filemapIoInlines } from '../mm/filemap-io.js'
import { pageRefObservations } from '../mm/page-ref.js'
import { truncateRange, truncateRangeInlines } from '../mm/truncate-range.js'
import { writebackLoop, writebackLoopInlines } from '../mm/writeback-loop.js'
import { fileObservations, fileOracleInlines } from '../oracle-file.js'
import { shiftObservations } from '../oracle-shift.js'
import { aioOf34, aioOf34Inlines } from './aio-34.js'
import { blockMap, blockMapInlines, blockMapInstructions } from './block-map.js'
import { dioCompletion, dioCompletionInlines } from './dio-completion.js'
import { directBlocks } from './direct-blocks.js'
import { ext4Delalloc } from './ext4/delalloc.js'
import { ext4Extents } from './ext4/extents.js'
import { ext4Fallocate, ext4FallocateInlines } from './ext4/fallocate.js'
import { fileCalls } from './file-calls.js'
import { xfsAopsBh } from './xfs/xfs-aops-bh.js'
import { xfsBmapUtil, xfsBmapUtilInlines } from './xfs/xfs-bmap-util.js'
import { xfsVnodeops } from './xfs/xfs-vnodeops.js'

export const extentFiles = {
  ...blockMap,
  ...filemapIo,
  ...truncateRange,
  ...writebackLoop,
  ...directBlocks,
  ...dioCompletion,
  ...ext4Delalloc,
  ...ext4Extents,
  ...ext4Fallocate,
  ...xfsVnodeops,
  ...xfsBmapUtil,
  ...xfsAopsBh,
  ...aioOf34,
  ...fileCalls,
}

export const extentFileInlines = {
  ...faultsOf34Inlines,
  ...blockMapInlines,
  ...dioCompletionInlines,
  ...ext4FallocateInlines,
  ...xfsBmapUtilInlines,
  ...filemapIoInlines,
  ...truncateRangeInlines,
  ...writebackLoopInlines,
  ...aioOf34Inlines,
  ...fileOracleInlines,
}

export const extentFileInstructions = { ...blockMapInstructions, ...pteInstructions }

export const extentFileObservations = { ...pageRefObservations, ...fileObservations, ...shiftObservations }
