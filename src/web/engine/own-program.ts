/** Programs of the user's own, where they are run: in a worker. */
import * as engine from '../../engine/index.js'
import { ProgramError, type Memory, type Program } from '../../engine/index.js'

/** @throws ProgramError if the code does not run, or has no program as its default export */
export function ownProgram(code: string, memory: Memory): Program {
  const module: { exports: { default?: unknown } } = { exports: {} }
  const require = (name: string): unknown => {
    if (name === 'heddle/engine') return engine
    throw new ProgramError(`the program imports ${name}, which is not there`, "in the explorer a program can import 'heddle/engine' and nothing else")
  }
  // The user's own code: what it is here for.
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- compiled code has to be evaluated, and in a worker it has no page to reach
  const run = new Function('module', 'exports', 'require', `${code}\n//# sourceURL=program.js`) as (...args: unknown[]) => void
  run(module, module.exports, require)
  const made = module.exports.default
  if (!isProgram(made)) {
    throw new ProgramError('the program has no default export that is one', "export default program('name', (world) => { … })")
  }
  if (made.memory === 'weak' && memory === 'sc') return made
  return { ...made, memory }
}

function isProgram(value: unknown): value is Program {
  return typeof value === 'object' && value !== null && 'name' in value && 'setup' in value && typeof value.setup === 'function'
}
