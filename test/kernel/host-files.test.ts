import { describe, expect, test } from 'vitest'
import { explore, program, type Program, type World } from '../../src/engine/index.js'
import { HOST_OPERATIONS } from '../../src/kernel/fs/host-operations.js'
import type { AddressSpace, Vma } from '../../src/kernel/include/linux/mm-types.js'
import { patch, type Kernel, type Patch } from '../../src/kernel/kernel.js'
import { kernel } from '../../src/kernel/versions.js'

type FileSystem = keyof typeof HOST_OPERATIONS
const FILE_SYSTEMS: readonly FileSystem[] = ['ext4', 'xfs']
const WORDS = 2

interface Scene {
  readonly k: Kernel
  readonly world: World
  /** A page of `old`, on the device and not in the page cache; it may grow to two. */
  readonly file: AddressSpace
  /** Of both. */
  readonly mapped: Vma
}

interface Tasks {
  readonly tasks: Readonly<Record<string, () => void>>
  readonly finally?: () => void
}

function scene(fs: FileSystem, make: (scene: Scene) => Tasks, patches: readonly Patch[] = []): Program {
  return program(`a file on ${fs}`, (world) => {
    const k = kernel('v6.18', patches).boot(world, { pages: 3, words: WORDS, bios: 6, works: 4, promises: false })
    const file = k.open_host(k.disk('disk', 4), 'f', HOST_OPERATIONS[fs], 2, fs === 'ext4' ? k.journal('journal') : undefined)
    file.host?.extents[0]?.set(['WRITTEN', 0])
    file.host?.i_size.set(WORDS)
    file.host?.i_disksize.set(WORDS)
    file.host?.disk.states[0]?.set(['OWNED', 'f'])
    file.host?.disk.blocks[0]?.forEach((word) => word.set('old'))
    const mm = k.address_space('process', 2)
    const { tasks, finally: check } = make({ k, world, file, mapped: k.area(mm, { name: 'm', file, pages: 2 }) })
    for (const [name, body] of Object.entries(tasks)) k.spawn(name, body, mm)
    if (check !== undefined) world.finally(check)
  })
}

const onDisk = (file: AddressSpace, word: number): string | undefined => file.host?.disk.blocks[0]?.[word]?.get()

describe.each(FILE_SYSTEMS)('a file of v6.18 on %s', (fs) => {
  test('is truncated while it is stored to, without anybody waiting for ever', () => {
    const result = explore(
      scene(fs, ({ k, file, mapped }) => ({
        tasks: { store: () => k.user_store(mapped, 0, 0, 'A'), truncate: () => k.do_ftruncate(file, 0) },
      })),
    )
    expect(result.verdict).toBe('holds')
  })

  test('is punched while it is read', () => {
    const result = explore(
      scene(fs, ({ k, file }) => ({
        tasks: {
          read: () => k.ksys_pread64(file, 0, WORDS, null, false),
          punch: () => k.vfs_fallocate(file, 'PUNCH_HOLE', true, 0, WORDS),
        },
      })),
    )
    expect(result.verdict).toBe('holds')
  })

  test('has on the device what was written before an fsync', () => {
    const result = explore(
      scene(fs, ({ k, world, file }) => ({
        tasks: {
          writer: () => {
            k.ksys_pwrite64(file, 0, 1, ['A'], false)
            k.vfs_fsync_range(file, 0, WORDS, false)
            world.assert(onDisk(file, 0) === 'A', 'the device does not have what was written')
          },
          flusher: () => k.ksys_sync_file_range(file, 0, 0, ['WRITE']),
        },
      })),
    )
    expect(result.verdict).toBe('holds')
  })

  test('loses a write if the end of writeback does not wait for the device', () => {
    const early = patch('writeback ends at submission', {
      filemap_fdatawait_range: () => undefined,
    })
    const result = explore(
      scene(
        fs,
        ({ k, world, file }) => ({
          tasks: {
            writer: () => {
              k.ksys_pwrite64(file, 0, 1, ['A'], false)
              k.vfs_fsync_range(file, 0, WORDS, false)
              world.assert(onDisk(file, 0) === 'A', 'the device does not have what was written')
            },
          },
        }),
        [early],
      ),
    )
    expect(result.failures.map(({ message }) => message)).toEqual(['the device does not have what was written'])
  })

  test('shows bytes that were stored beyond its end when a direct write makes it longer: on ext4 alone', () => {
    let seen: readonly string[] = []
    const result = explore(
      scene(fs, ({ k, file, mapped }) => ({
        tasks: {
          user: () => {
            k.do_ftruncate(file, 1)
            k.user_store(mapped, 0, 1, 'beyond')
            k.ksys_pwrite64(file, WORDS, WORDS, ['x', 'y'], true)
            k.ksys_pread64(file, 0, 2 * WORDS, null, false)
          },
        },
        finally: () => {
          seen = file.slots.flatMap((slot) => slot.get()?.words.map((word) => word.get()) ?? [])
        },
      })),
    )
    expect(result.failures).toEqual([])
    expect(seen).toEqual(['old', fs === 'ext4' ? 'beyond' : '', 'x', 'y'])
  })
})
