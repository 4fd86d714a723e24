/** The tables of files that have an inode of v6.18, in one. */
import { segmentInlines, segmentInstructions, segments } from '../block/segments.js'
import { filemapFolio, filemapFolioInlines } from '../mm/filemap-folio.js'
import { truncateFolio, truncateFolioInlines } from '../mm/truncate-folio.js'
import { ext4FallocateHost, ext4FallocateHostInlines } from './ext4/fallocate-host.js'
import { ext4File } from './ext4/file.js'
import { ext4FolioBufferInlines, ext4FolioBuffers } from './ext4/folio-buffers.js'
import { ext4MapBlocks, hostBlockInlines, hostBlockInstructions } from './ext4/map-blocks.js'
import { ext4Writepages, ext4WritepagesInlines } from './ext4/writepages.js'
import { iomapBufferedFolio, iomapBufferedFolioInlines } from './iomap/buffered-folio.js'
import { iomapDirectWrite, iomapDirectWriteInlines } from './iomap/direct-write.js'
import { jbd2Commit, jbd2CommitInlines } from './jbd2/commit.js'
import { openCalls } from './open.js'
import { xfsFileSpace, xfsFileSpaceInlines } from './xfs/file-space.js'
import { xfsIomapBegin, xfsIomapBeginInlines } from './xfs/iomap-begin.js'

export const hostFiles = {
  ...openCalls,
  ...jbd2Commit,
  ...filemapFolio,
  ...truncateFolio,
  ...segments,
  ...ext4MapBlocks,
  ...ext4FolioBuffers,
  ...ext4Writepages,
  ...ext4File,
  ...ext4FallocateHost,
  ...iomapBufferedFolio,
  ...iomapDirectWrite,
  ...xfsIomapBegin,
  ...xfsFileSpace,
}

export const hostFileInlines = {
  ...filemapFolioInlines,
  ...truncateFolioInlines,
  ...segmentInlines,
  ...hostBlockInlines,
  ...ext4FolioBufferInlines,
  ...ext4WritepagesInlines,
  ...ext4FallocateHostInlines,
  ...jbd2CommitInlines,
  ...iomapBufferedFolioInlines,
  ...iomapDirectWriteInlines,
  ...xfsIomapBeginInlines,
  ...xfsFileSpaceInlines,
}

export const hostFileInstructions = { ...hostBlockInstructions, ...segmentInstructions }
