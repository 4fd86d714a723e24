import { expect, test } from 'vitest'
import { kernelFunctions } from '../../src/kernel/kernel.js'
import { FUNCTION_TABLES, sourceOf } from '../../src/kernel/sources.js'
import { kernel } from '../../src/kernel/versions.js'

test('every function of the model is of a file of the kernel, or said to be the model’s own', () => {
  const own: string[] = []
  for (const fn of kernelFunctions) {
    const source = sourceOf(fn, [])
    expect(source?.version, fn).toMatch(/^v\d+\.\d+/)
    if (source?.file === null) own.push(fn)
    else expect(source?.file, fn).toMatch(/^(mm|fs|block|kernel|lib|include|arch)\/[\w./-]+\.[ch]$/)
  }
  expect(own.sort()).toEqual(['commit', 'dma_transfer', 'driver_fill', 'user_load', 'user_store', 'writeback_bio'])
})

test('no function is in two tables', () => {
  const names = FUNCTION_TABLES.flatMap(({ functions }) => Object.keys(functions))
  expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([])
})

test('patches that change a function are named: those of older versions and those of fixes', () => {
  expect(sourceOf('wake_up_page_bit', kernel('v5.8').patches)?.patches).toEqual([])
  expect(sourceOf('wait_on_page_bit_common', kernel('v5.8').patches)?.patches).toEqual(['old-page-bit-wait'])
  expect(sourceOf('end_page_writeback', kernel('v5.16').patches)).toMatchObject({ file: 'mm/filemap.c', patches: ['writeback since v5.10.7'] })
  expect(sourceOf('no_such_function', [])).toBeUndefined()
})
