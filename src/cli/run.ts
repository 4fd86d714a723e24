import { CommanderError, type Command } from 'commander'
import { commandLine } from './arguments.js'
import { EXIT, type ExitCode } from './exit-code.js'
import { wantsColour, type Host } from './host.js'
import { UsageError } from './usage-error.js'

/**
 * Runs one command line to its exit status. Never throws: what is wrong is said on standard error.
 * @param argv without the names of the interpreter and the script
 */
export async function run(argv: readonly string[], host: Host): Promise<ExitCode> {
  let code: ExitCode = EXIT.holds
  const heddle = commandLine(host, (exit) => {
    code = exit
  })
  for (const command of [heddle, ...heddle.commands]) prepare(command, host)
  if (argv.length === 0) {
    heddle.outputHelp()
    return EXIT.holds
  }
  try {
    await heddle.parseAsync(argv, { from: 'user' })
    return code
  } catch (error) {
    return complain(error, host)
  }
}

/** Errors are thrown, not answered by leaving the process; help and messages go to the host's streams. */
function prepare(command: Command, host: Host): void {
  command
    .exitOverride()
    .showHelpAfterError(`hint: ${command.name() === 'heddle' ? 'heddle' : `heddle ${command.name()}`} --help`)
    .configureHelp({ showGlobalOptions: false })
    .configureOutput({
      writeOut: (text) => host.stdout.write(text),
      writeErr: (text) => host.stderr.write(text),
      outputError: (text, write) => write(text.replace(/^error: /, 'heddle: ')),
      getOutHelpWidth: () => host.stdout.columns,
      getErrHelpWidth: () => host.stderr.columns,
      getOutHasColors: () => wantsColour(host.stdout, host.env),
      getErrHasColors: () => wantsColour(host.stderr, host.env),
    })
}

function complain(error: unknown, host: Host): ExitCode {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.holds : EXIT.usage
  if (error instanceof UsageError) {
    host.stderr.write(error.text())
    return EXIT.usage
  }
  const what = error instanceof Error ? (error.stack ?? error.message) : String(error)
  host.stderr.write(`heddle: a fault of Heddle's own, please report it with the command that was run\n${what}\n`)
  return EXIT.fault
}
