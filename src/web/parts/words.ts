/** Words that several pages use. */
import type { Bound, Verdict } from '../../engine/result.js'
import type { Configuration, FileSystem, Memory, Race } from '../../races/race.js'
import type { ExploredProgram } from '../../report/check-result.js'
import { grouped } from '../../report/numbers.js'

export const MEMORY_WORDS: Readonly<Record<Memory, string>> = { sc: 'sequentially consistent', weak: 'weak' }

export const VERDICT_WORDS: Readonly<Record<Verdict, string>> = { race: 'race', holds: 'holds', unknown: 'unknown' }

export const METHOD_WORDS: Readonly<Record<ExploredProgram['result']['method'], string>> = {
  plain: 'every interleaving',
  reduced: 'every interleaving, but not the order of steps that commute',
  dpor: 'one interleaving of each kind',
  random: 'random interleavings',
}

export const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** `24 Nov 2020 16:46`, of an ISO date. */
export function dateText(iso: string): string {
  const [date = '', time] = iso.split(' ')
  const [year, month, day] = date.split('-')
  const name = MONTHS[Number(month) - 1]
  if (name === undefined || day === undefined) return iso
  return `${Number(day)} ${name} ${year ?? ''}${time === undefined ? '' : ` ${time}`}`
}

/** What ended a search early. */
export function boundWords(bound: Bound, maxStates: number): string {
  switch (bound) {
    case 'max-states':
      return `the limit of ${grouped(maxStates)} states a program`
    case 'interrupted':
      return 'you stopped it'
    case 'memory':
      return 'the memory of this machine'
    case 'max-seconds':
    case 'max-depth':
    case 'runs':
      return `the limit ${bound}`
  }
}

/** `v5.10-rc5 + hugh-2, ext4`. */
export function configurationText({ kernel, fixes, fs, memory }: Configuration): string {
  const weak = memory === 'weak' ? ', weak memory' : ''
  return `${[kernel, ...fixes].join(' + ')}, ${fs}${weak}`
}

/** The configuration that a view names; what it leaves open is as the race has it by default. */
export function configurationIn(
  race: Race,
  wanted: { readonly kernel?: string; readonly fixes?: readonly string[]; readonly fs?: FileSystem; readonly memory?: Memory },
): Configuration {
  const kernel = race.kernels.find((one) => one === wanted.kernel) ?? race.kernels[0] ?? ''
  const fs = race.fileSystems.find((one) => one === wanted.fs) ?? race.fileSystems[0] ?? 'ext4'
  const memory = race.memories.find((one) => one === wanted.memory) ?? 'sc'
  const applicable = race.fixes.filter((fix) => fix.kernels.includes(kernel)).map(({ name }) => name)
  return { kernel, fs, memory, fixes: (wanted.fixes ?? []).filter((fix) => applicable.includes(fix)) }
}

/** What a link says of a configuration: only what is not the default. */
export function configurationView(race: Race, { kernel, fixes, fs, memory }: Configuration): Partial<Configuration> {
  return {
    ...(kernel !== race.kernels[0] && { kernel }),
    ...(fixes.length > 0 && { fixes }),
    ...(fs !== race.fileSystems[0] && { fs }),
    ...(memory !== 'sc' && { memory }),
  }
}
