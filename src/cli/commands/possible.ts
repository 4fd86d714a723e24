import { readFile } from 'node:fs/promises'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { DiagramError } from '../../diagram/diagram-error.js'
import { explainDiagram } from '../../diagram/explain.js'
import { readMails } from '../../diagram/mail.js'
import type { NameMatcher } from '../../diagram/names.js'
import { readDiagram } from '../../diagram/read.js'
import { answer, kernelNames, type Answer } from '../../diagram/search/answer.js'
import { questionOf } from '../../diagram/search/question-of.js'
import type { Diagram } from '../../diagram/types.js'
import type { MailAnswer } from '../../report/answer-mails.js'
import { configurationOf } from '../configuration.js'
import { EXIT, type ExitCode } from '../exit-code.js'
import type { Host } from '../host.js'
import { pollBounds } from '../jobs/watch.js'
import { wantedConfiguration, type ParsedOptions } from '../options.js'
import { emit, paletteFor } from '../output.js'
import { ProgressMeter } from '../progress.js'
import { selectRaces } from '../selection.js'
import { UsageError } from '../usage-error.js'

export type PossibleOptions = ParsedOptions & {
  readonly mbox?: true
  readonly race?: string
  readonly expect?: 'possible' | 'impossible'
  readonly explainOnly?: true
}

/** `heddle possible`: reads a diagram, says how it was understood, and looks for an execution that does what it says. */
export async function possible(file: string, options: PossibleOptions, host: Host): Promise<ExitCode> {
  if (options.mbox === true) return await possibleInMails(file, options, host)
  const text = (await bytesOf(file, host)).toString('utf8')
  const diagram = diagramOf(text, file)
  const names = kernelNames()
  const understanding = questionOf(diagram, names)
  const isJson = options.json === true
  if (!isJson) host.stdout.write(`${explainDiagram({ diagram, match: (cell) => names.match(cell) })}\n\n`)
  const { answerJson } = await import('../../report/answer-json.js')
  if (options.explainOnly === true) {
    if (isJson) await emit(answerJson(diagram, understanding, null, 0), options.out, host)
    return EXIT.holds
  }
  if (understanding.question.rows.length === 0) {
    const hint = 'heddle possible FILE --explain-only shows how it was read'
    throw new UsageError('no step of the diagram names a function or an operation of the model', hint, { file })
  }
  const started = performance.now()
  const { found, race, isOne, configuration } = await ask(diagram, names, options, host)
  const seconds = (performance.now() - started) / 1000
  if (isJson) await emit(answerJson(diagram, understanding, found, seconds), options.out, host)
  else {
    const { answerText } = await import('../../report/answer-text.js')
    const selected = optionsText(configuration.fixes, options)
    await emit(answerText(found, { race, isOne, options: selected, seconds, palette: paletteFor(options.out, host) }), options.out, host)
  }
  return exitCode(found, options.expect)
}

/** Every diagram of a file with mails: a table of message, diagram and answer. */
async function possibleInMails(file: string, options: PossibleOptions, host: Host): Promise<ExitCode> {
  const bytes = await bytesOf(file, host)
  const names = kernelNames()
  const answers: MailAnswer[] = []
  const mails = mailsOf(bytes, file)
  for (const message of mails) {
    for (const { diagram } of message.diagrams) {
      const understanding = questionOf(diagram, names)
      const isAsked = options.explainOnly !== true && understanding.question.rows.length > 0
      const started = performance.now()
      const found = isAsked ? (await ask(diagram, names, options, host)).found : null
      answers.push({ message, diagram, understanding, answer: found, seconds: (performance.now() - started) / 1000 })
    }
  }
  if (answers.length === 0) throw nothingDrawn(mails, file)
  const { mailsJson, mailsText } = await import('../../report/answer-mails.js')
  await emit(options.json === true ? mailsJson(answers) : mailsText(answers), options.out, host)
  const codes = answers.map(({ answer: found }) => (found === null ? EXIT.holds : exitCode(found, options.expect)))
  return codes.find((code) => code === EXIT.race) ?? codes.find((code) => code === EXIT.unknown) ?? EXIT.holds
}

/** Says why, if something was seen that might have been a diagram. */
function nothingDrawn(mails: ReturnType<typeof readMails>, file: string): UsageError {
  const [seen] = mails.flatMap(({ rejected }) => rejected)
  if (seen === undefined) return new UsageError('no mail has a diagram', 'a diagram has a column for each task, with a header above', { file })
  return new UsageError(`no mail has a diagram: ${seen.reason}`, 'take the mail as it was sent, with its line breaks and blanks', { file, line: seen.line })
}

function mailsOf(bytes: Uint8Array, file: string): ReturnType<typeof readMails> {
  try {
    return readMails(bytes)
  } catch (error) {
    if (!(error instanceof DiagramError)) throw error
    throw new UsageError(error.message, error.hint, { file })
  }
}

async function bytesOf(file: string, host: Host): Promise<Buffer> {
  try {
    return file === '-' ? readFileSync(0) : await readFile(path.resolve(host.cwd, file))
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    throw new UsageError(`the diagram cannot be read: ${message}`, 'give a file, or - for standard input', { file })
  }
}

function diagramOf(text: string, file: string): Diagram {
  try {
    return readDiagram(text)
  } catch (error) {
    if (!(error instanceof DiagramError)) throw error
    throw new UsageError(error.message, error.hint, error.line === null ? { file } : { file, line: error.line })
  }
}

async function ask(
  diagram: Diagram,
  names: NameMatcher,
  options: PossibleOptions,
  host: Host,
): Promise<{ readonly found: Answer; readonly race: string; readonly isOne: boolean; readonly configuration: ReturnType<typeof configurationOf> }> {
  if (options.race === undefined) throw new UsageError('of which race is the diagram?', 'give --race RACE or --race RACE/PROGRAM; heddle list shows them')
  const [selected] = selectRaces([options.race])
  if (selected === undefined) throw new UsageError(`there is no race ${options.race}`, 'heddle list shows what there is')
  const { race, programs } = selected
  const configuration = configurationOf(race, wantedConfiguration(options))
  const only = programs.length === 1 ? programs[0] : undefined
  const interrupted = { value: false }
  const stop = host.onInterrupt(() => (interrupted.value = true))
  const meter = new ProgressMeter(host.stderr, 1)
  const bounds = pollBounds({ maxSeconds: options.maxSeconds ?? null, interrupted: () => interrupted.value })
  const started = performance.now()
  const search = answer(diagram, race, configuration, names, {
    ...(options.maxStates !== undefined && { maxStates: options.maxStates }),
    ...(only !== undefined && { program: only }),
    poll: (progress) => {
      meter.update(race.name, progress, (performance.now() - started) / 1000)
      return bounds(progress)
    },
  })
  try {
    for (;;) {
      const { done, value } = search.next()
      if (done === true) return { found: value, race: race.name, isOne: only !== undefined, configuration }
      await new Promise(setImmediate)
    }
  } finally {
    meter.clear()
    stop()
  }
}

function optionsText(fixes: readonly string[], options: PossibleOptions): readonly string[] {
  return [
    ...(options.kernel === undefined ? [] : ['--kernel', options.kernel]),
    ...(fixes.length === 0 ? [] : ['--fix', fixes.join()]),
    ...(options.fs === undefined ? [] : ['--fs', options.fs]),
    ...(options.memory === undefined ? [] : ['--memory', options.memory]),
  ]
}

/** 0: answered, as expected if something was; 1: not as expected; 3: a bound was hit. */
function exitCode({ answer: found }: Answer, expected: PossibleOptions['expect']): ExitCode {
  if (found === 'unknown') return EXIT.unknown
  return expected === undefined || expected === found ? EXIT.holds : EXIT.race
}
