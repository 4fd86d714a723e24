/** What programs of the race are composed of when a diagram needs one that it has not. */
import { actor } from '../blocks.js'
import { blocksFor } from '../dirty-without-buffers/blocks.js'
import { fileOf } from '../dirty-without-buffers/workload.js'

export const blocks = blocksFor('dirty-without-mkwrite', { mkwriteLedger: true }, [
  actor('punch', 'fallocate(2) that punches the mapped file', ({ k, map }) => k.fallocate_punch_hole(fileOf(map))),
])
