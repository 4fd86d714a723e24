import { program, type Program } from 'heddle/engine'

/**
 * An object that is made when it is first needed: whoever finds none takes the lock, looks again, and makes it.
 * `order`: whether others may see the object before or only after it is filled in.
 */
function doubleChecked(name: string, order: 'fill, then publish' | 'publish, then fill'): Program {
  return program(name, (world) => {
    const settings = world.struct('settings', { size: world.cell('settings.size', 0) })
    const instance = world.ref<typeof settings>('instance')
    const made = world.counter('made', 0)
    const lock = world.mutex('lock')

    const getInstance = world.fn('get_instance', () => {
      const early = instance.get()
      if (early !== null) return early
      lock.lock()
      const found = instance.get()
      if (found === null) {
        made.inc()
        if (order === 'publish, then fill') instance.set(settings)
        settings.size.set(4096)
        if (order === 'fill, then publish') instance.set(settings)
      }
      lock.unlock()
      return settings
    })

    const use = world.fn('use', () => {
      const size = getInstance().size.get()
      world.assert(size === 4096, 'the object is used before it is filled in')
    })
    for (const task of ['A', 'B', 'C']) world.task(task, () => use())
    world.finally(() => world.assert(made.get() === 1, 'the object was made twice'))
  })
}

/** Holds, if memory is sequentially consistent. */
export default doubleChecked('double-checked initialisation', 'fill, then publish')

/** The race: the first look needs no lock, and finds an object that is not ready. */
export const early = doubleChecked('double-checked initialisation, published early', 'publish, then fill')
