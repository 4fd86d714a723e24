/** What user code may rely on. */
import type { Kernel } from './kernel.js'
import type { Vma } from './include/linux/mm-types.js'

export const oracleObservations = {}

export const oracleInlines = {
  /** User code stores `value` to a word of the `page`th page of an area. Part of the step of the store. */
  oracle_store(_k: Kernel, _vma: Vma, _page: number, _word: number, _value: string): void {
    return
  },

  /** User code loads a word of the `page`th page of an area and sees `seen`. Part of the step of the load. */
  oracle_load(_k: Kernel, _vma: Vma, _page: number, _word: number, _seen: string): void {
    return
  },
}
