/** What programs of the race are composed of when a diagram needs one that it has not. */
import { blocksFor } from '../dirty-without-buffers/blocks.js'
import { fileOf } from '../dirty-without-buffers/workload.js'

export const blocks = blocksFor('dirty-without-mkwrite', { mkwriteLedger: true }, [
  { name: 'punch', summary: 'fallocate(2) that punches the mapped file', spawn: ({ k, map }, task) => void k.spawn(task, () => k.fallocate_punch_hole(fileOf(map))) },
])
