import { deflateSync, strToU8 } from 'fflate'
import { describe, expect, test } from 'vitest'
import { Random } from '../../../src/engine/random.js'
import { fromBase64, toBase64 } from '../../../src/report/explorer/base64.js'
import { decodeLink, encodeLink, LinkError, type View } from '../../../src/report/explorer/link.js'

const FULL: View = {
  page: 'race',
  race: 'writeback-wakeup',
  program: 'reuse-by-truncate',
  kernel: 'v5.10-rc5',
  fixes: ['hugh-1', 'while-in-wait'],
  fs: 'ext4',
  memory: 'sc',
  schedule: 'h1:0-c_3-1c_0-',
  cursor: 48,
  show: ['stack', 'page:page0'],
}

describe('a link', () => {
  test('names what is looked at so that a person can read it', () => {
    expect(encodeLink(FULL)).toBe(
      'page=race&race=writeback-wakeup&program=reuse-by-truncate&kernel=v5.10-rc5&fixes=hugh-1,while-in-wait&fs=ext4&memory=sc' +
        '&schedule=h1:0-c_3-1c_0-&cursor=48&show=stack,page:page0',
    )
    expect(decodeLink(`#${encodeLink(FULL)}`)).toEqual(FULL)
  })

  test('without anything is the list of races', () => {
    expect(decodeLink('')).toEqual({ page: 'races' })
    expect(decodeLink('#')).toEqual({ page: 'races' })
  })

  test('carries the source of a program, compressed', () => {
    const text = "import { program } from 'heddle/engine'\n".repeat(40)
    const link = encodeLink({ page: 'program', text })
    expect(link.length).toBeLessThan(200)
    expect(decodeLink(link)).toEqual({ page: 'program', text })
  })

  test('survives every view there is', () => {
    const random = new Random(7)
    for (let i = 0; i < 500; i++) {
      const view = randomView(random)
      const link = encodeLink(view)
      expect(link).toMatch(/^[\w.~%=&:,/-]*$/)
      expect(decodeLink(link), link).toEqual(view)
    }
  })

  test.each([
    ['page=race&colour=blue', 'a part that is not known: "colour"'],
    ['page=race&race', 'its part race has no value'],
    ['page=race&page=race', 'has its part page twice'],
    ['race=writeback-wakeup', 'does not say which page it is of'],
    ['page=moon', 'part page: must be one of races, race, diagram, program, not "moon"'],
    ['page=race&fs=fat', 'part fs: must be one of ext4, xfs, not "fat"'],
    ['page=race&schedule=h2:0-', 'part schedule: a schedule begins with h1:'],
    ['page=race&schedule=h1:0-_', 'part schedule: the schedule has a part that cannot be read'],
    ['page=race&cursor=-1', 'part cursor: must be a number of steps, not "-1"'],
    ['page=race&cursor=9999999', 'part cursor: must be a number of steps'],
    ['page=race&race=%E0%A4%A', 'part race: "%E0%A4%A" can not be read'],
    ['page=program&text=a*b', 'part text: has characters in it that no link has'],
    ['page=program&text=AAAA', 'part text: can not be unpacked'],
    [`page=program&text=${toBase64(deflateSync(strToU8('x'.repeat(3_000_000)))) }`, 'part text: is longer than 1048576 bytes'],
  ])('that is wrong says so: %s', (link, message) => {
    expect(() => decodeLink(link)).toThrow(LinkError)
    expect(() => decodeLink(link)).toThrow(message)
  })

  test('that was cut off anywhere in its text says so', () => {
    const link = encodeLink({ page: 'program', text: 'export default program("mine", (world) => { world.task("A", () => {}) })' })
    const from = link.indexOf('text=') + 'text='.length
    for (let end = from; end < link.length; end++) expect(() => decodeLink(link.slice(0, end)), String(end)).toThrow(LinkError)
  })
})

test('bytes survive being text', () => {
  const random = new Random(3)
  for (let length = 0; length < 60; length++) {
    const bytes = Uint8Array.from({ length }, () => random.below(256))
    expect(fromBase64(toBase64(bytes))).toEqual(bytes)
  }
  expect(fromBase64('A')).toBeNull()
  expect(fromBase64('AB')).toBeNull()
  expect(fromBase64('A=')).toBeNull()
})

const ALPHABET = ['a', 'Z', '9', '-', '_', '.', '/', ':', ',', '&', '=', '%', '#', ' ', '+', '?', "'", '"', '\n', 'é', '日', '🧵', '\u0000']

function randomText(random: Random, longest: number): string {
  return Array.from({ length: random.below(longest + 1) }, () => ALPHABET[random.below(ALPHABET.length)]).join('')
}

function randomView(random: Random): View {
  const maybe = <T>(name: keyof View, make: () => T): object => (random.below(2) === 0 ? {} : { [name]: make() })
  const pick = <T>(values: readonly T[]): T => values[random.below(values.length)] as T
  const names = (): string[] => Array.from({ length: random.below(4) }, () => `n${randomText(random, 6)}`)
  return {
    page: pick(['races', 'race', 'diagram', 'program'] as const),
    ...maybe('race', () => randomText(random, 12)),
    ...maybe('program', () => randomText(random, 12)),
    ...maybe('kernel', () => randomText(random, 12)),
    ...maybe('fixes', names),
    ...maybe('fs', () => pick(['ext4', 'xfs'])),
    ...maybe('memory', () => pick(['sc', 'weak'])),
    ...maybe('schedule', () => pick(['h1:', 'h1:0-', 'h1:0-c_3-1c_0-', 'h1:2.1_2-z'])),
    ...maybe('cursor', () => random.below(1_000_000)),
    ...maybe('show', names),
    ...maybe('text', () => randomText(random, 400)),
  }
}
