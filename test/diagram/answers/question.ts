import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { readDiagram } from '../../../src/diagram/read.js'
import { answerNow, kernelNames, type Answer } from '../../../src/diagram/search/answer.js'
import { races } from '../../../src/races/index.js'

const DIVIDER = '\n%%\n'

/** Files of a folder beside this one: a title, a diagram, and more, with lines of `%%` between them. */
export function parts(folder: string): readonly { readonly name: string; readonly title: string; readonly text: string; readonly rest: string }[] {
  const path = fileURLToPath(new URL(`${folder}/`, import.meta.url))
  return readdirSync(path).filter((name) => name.endsWith('.txt')).map((name) => {
    const [title = '', text = '', rest = ''] = readFileSync(`${path}${name}`, 'utf8').split(DIVIDER)
    return { name: name.replace(/\.txt$/, ''), title, text, rest: rest.trim() }
  })
}

/** Asks what `heddle possible` asks. @param target RACE or RACE/PROGRAM */
export function answerTo(text: string, target: string, fixes: readonly string[] = []): Answer {
  const [name, program] = target.split('/')
  const race = races.find((candidate) => candidate.name === name)
  if (race === undefined) throw new RangeError(`no race ${target}`)
  const configuration = { kernel: race.kernels[0] ?? '', fixes, fs: race.fileSystems[0] ?? 'ext4', memory: 'sc' } as const
  return answerNow(readDiagram(text), race, configuration, kernelNames(), program === undefined ? {} : { program })
}
