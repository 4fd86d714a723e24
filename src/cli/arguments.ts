import { Command, Option } from 'commander'
import packageJson from '../../package.json' with { type: 'json' }
import type { ExitCode } from './exit-code.js'
import type { ConformOptions } from './commands/conform.js'
import type { Host } from './host.js'
import {
  addBoundOptions,
  addConfigurationOptions,
  addFixOptions,
  addOutputOptions,
  addSearchOptions,
  TRACE_FORMATS,
  type ParsedOptions,
  type ReplayOptions,
} from './options.js'
import { countNumber, nameList, portNumber, seedNumber } from './values.js'

/** Exit statuses as every command's help shows them. */
const EXIT_HELP = `
Exit status:
  0  holds: every state was explored and none is a failure; or the question was answered
  1  a race was found
  2  the call or its input is wrong
  3  unknown: a bound was hit first
  4  a fault of Heddle's own`

/**
 * The command line as the parser knows it. Commands are loaded when they are called, so that `--help` and the first
 * verdict do not wait for the others.
 * @param done told the exit status of the command that ran
 */
export function commandLine(host: Host, done: (code: ExitCode) => void): Command {
  const heddle = new Command('heddle')
    .description('Runs every interleaving of a program and shows the race, or that there is none.')
    .version(packageJson.version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'show this help')
    .helpCommand('help [command]', 'show the help of a command')
    .addHelpText(
      'after',
      `
Examples:
  heddle list                                          what there is to check
  heddle check writeback-wakeup                        is the race there? shows the shortest way to it
  heddle check writeback-wakeup --fix hugh-2           does this fix close it?
  heddle matrix writeback-wakeup                       every fix against every failure, beside what the thread said
  heddle possible mail.txt --race writeback-wakeup     can what this mail draws happen?
  heddle check counter.ts                              a program of your own
  heddle explore                                       all of it in a browser: see the race, step through it, change it
  heddle init demo                                     a small project to start from
${EXIT_HELP}
Results go to standard output, progress and messages to standard error. heddle COMMAND --help says more.`,
    )
  const commands = [
    listCommand,
    checkCommand,
    possibleCommand,
    replayCommand,
    matrixCommand,
    conformCommand,
    exploreCommand,
    initCommand,
  ]
  for (const command of commands) heddle.addCommand(command(host, done))
  return heddle
}

type Define = (host: Host, done: (code: ExitCode) => void) => Command

const listCommand: Define = (host, done) => {
  const command = new Command('list')
    .description('Shows the races of the catalogue: kernel versions, programs, failures, fixes.')
    .option('--json', 'print JSON')
    .addHelpText('after', "\nExamples:\n  heddle list\n  heddle list --json | jq -r '.[].fixes[].name'")
  return command.action(async () => {
    const { list } = await import('./commands/list.js')
    done(list(command.opts<{ json?: true }>(), host))
  })
}

const checkCommand: Define = (host, done) => {
  const command = new Command('check')
    .description("Explores every interleaving of races of the catalogue, or of a program of one's own.")
    .argument('[race...]', 'RACE, RACE/PROGRAM, or FILE.ts with a program as default export (default: every race)')
  addFixOptions(command)
  addConfigurationOptions(command)
  addBoundOptions(command)
  addSearchOptions(command)
  addOutputOptions(command, ['text', 'json', 'junit', 'sarif'])
  command.addHelpText(
    'after',
    `
Examples:
  heddle check writeback-wakeup                        all programs of the race
  heddle check writeback-wakeup --fix hugh-2           with a fix
  heddle check writeback-wakeup --fix hugh-1,while-in-wait   with two
  heddle check writeback-wakeup --all-fixes --json     one result for each fix
  heddle check --format junit --out heddle.xml         everything, for a build server
  heddle check counter.ts --max-states 1e6             a program of one's own, at most a million states
  heddle check counter.ts --random pct --runs 100000   where there are too many states to see all

A program of one's own is plain TypeScript:
  import { program } from 'heddle/engine'
  export default program('counter', (world) => {
    const counter = world.cell('counter', 0)
    for (const name of ['A', 'B']) world.task(name, () => { counter.set(counter.get() + 1) })
    world.finally(() => { world.assert(counter.get() === 2, 'an update was lost') })
  })
${EXIT_HELP}`,
  )
  return command.action(async (names: string[]) => {
    const { check } = await import('./commands/check.js')
    done(await check(names, command.opts<ParsedOptions>(), host))
  })
}

const possibleCommand: Define = (host, done) => {
  const command = new Command('possible')
    .description('Answers a diagram: can this happen, how, and if not, what forbids it?')
    .argument('<file>', 'text with a diagram of two columns or more; - for standard input')
    .option('--race <race>', 'RACE or RACE/PROGRAM that the diagram is about; RACE/BLOCK+BLOCK composes one (heddle list)')
    .addOption(new Option('--expect <answer>', 'exit status 1 if the answer is another one').choices(['possible', 'impossible']))
    .option('--mbox', 'the file is an mbox or a raw mail: answer every diagram in it')
    .option('--explain-only', 'say how the diagram is understood, and stop there')
  command.optionsGroup('What to run:').option('--fix <name,...>', 'apply these fixes, in this order', nameList)
  addConfigurationOptions(command)
  addBoundOptions(command)
  addOutputOptions(command, ['text', 'json'])
  command.addHelpText(
    'after',
    `
Examples:
  heddle possible mail.txt --race writeback-wakeup     is the race that the mail draws possible?
  heddle possible mail.txt --explain-only              how is it understood?
  heddle possible - --race madv-free-direct-io --fix v2 --expect impossible < diagram.txt

A diagram:
  CPU1                              CPU2
  end_page_writeback()
    test_clear_page_writeback()
                                    free page
    wake_up_page()
${EXIT_HELP}`,
  )
  return command.action(async (file: string) => {
    const { possible } = await import('./commands/possible.js')
    done(await possible(file, command.opts<ParsedOptions>(), host))
  })
}

const replayCommand: Define = (host, done) => {
  const command = new Command('replay')
    .description('Shows a schedule again, step by step.')
    .argument('[trace]', 'TRACE.json: what heddle check --json printed; every failure in it is shown')
    .optionsGroup('Instead of TRACE.json:')
    .option('--race <race>', 'RACE, RACE/PROGRAM or FILE.ts that the schedule is of')
    .option('--schedule <token>', 'the schedule, as a report names it: h1:…')
    .option('--fix <name,...>', 'the fixes it was found with', nameList)
  addConfigurationOptions(command)
  command
    .optionsGroup('What to print:')
    .addOption(
      new Option('--format <format>', 'a listing, JSON, a trace for ui.perfetto.dev, a picture, or a page to step through')
        .choices(TRACE_FORMATS)
        .default('text'),
    )
    .option('--out <file>', 'write it to this file')
  command.addHelpText(
    'after',
    `
Examples:
  heddle check writeback-wakeup --json --out trace.json; heddle replay trace.json
  heddle replay --race writeback-wakeup --schedule h1:…
  heddle replay --race counter.ts --schedule h1:… --format svg --out race.svg
  heddle replay --race counter.ts --schedule h1:… --format html --out race.html   a page that needs nothing else
  heddle replay --race counter.ts --schedule h1:… --format perfetto --out race.json   to be opened in ui.perfetto.dev
${EXIT_HELP}`,
  )
  return command.action(async (trace: string | undefined) => {
    const { replay } = await import('./commands/replay.js')
    done(await replay(trace ?? null, command.opts<ReplayOptions>(), host))
  })
}

const matrixCommand: Define = (host, done) => {
  const command = new Command('matrix')
    .description('Checks every fix against every failure and marks where the thread claimed otherwise.')
    .argument('[race...]', 'RACE (default: every race)')
  addConfigurationOptions(command)
  addBoundOptions(command)
  addOutputOptions(command, ['text', 'json'])
  command.addHelpText('after', `\nExamples:\n  heddle matrix writeback-wakeup\n  heddle matrix --json --out matrix.json\n${EXIT_HELP}`)
  return command.action(async (names: string[]) => {
    const { matrix } = await import('./commands/matrix.js')
    done(await matrix(names, command.opts<ParsedOptions>(), host))
  })
}

const conformCommand: Define = (host, done) => {
  const command = new Command('conform')
    .description('Runs the same operations on the model and on the real kernel, and compares what can be seen after each.')
    .optionsGroup('What to compare:')
    .addOption(new Option('--fs <name>', 'this file system only (default: both)').choices(['ext4', 'xfs']))
    .option('--seed <n>', 'seed of the first sequence (default: 1)', seedNumber)
    .option('--sequences <n>', 'number of random sequences for each file system (default: 2000; 0: none)', countNumber)
    .option('--interleavings <n>', 'number of interleavings for each file system (default: 200; 0: none)', countNumber)
    .option('--recorded', 'only with what was recorded on Linux 6.18, not with the kernel of this machine')
    .optionsGroup("Instead of comparing, the real kernel's side alone:")
    .addOption(new Option('--case <file>', 'run this interleaving and print what happens').conflicts(['recorded', 'record']))
    .addOption(new Option('--record <folder>', 'write what it does to FS.jsonl.gz in this folder').conflicts('recorded'))
  command
    .optionsGroup('A race on the real kernel, as root:')
    .option('--schedule <token>', 'drive the real kernel along a schedule of --race, as far as it can be forced')
    .option('--race <race/program>', 'the program that the schedule is of')
    .option('--kernel <version>', 'the kernel that the schedule is of (default: v6.18)')
  addOutputOptions(command, ['text', 'json'])
  command.addHelpText(
    'after',
    `
What is compared, and with what:
  recorded  2,000 sequences of 20 calls, and 240 interleavings, as Linux 6.18 ran them; everywhere, without privileges
  T0 calls  the kernel of this machine, in the folder for temporary files: results, data, sizes
  T1 state  the same as root, on fresh file systems on loop devices: also what is cached, dirty, allocated,
            mapped, and the content of every page and block, after every call
  T2 held   interleavings made from the model, as root, on a device of our own whose requests are held: who waits and who
            returns meanwhile, and whether the end is one that the model says is possible
A tier that can not run here is skipped, and the last lines say why. A sequence that differs is run again,
shortened to the calls that matter, and shown with both sides. Everything that was mounted is unmounted again.

Examples:
  heddle conform                                       everything that can run here
  heddle conform --recorded                            in less than a minute, on any machine
  sudo heddle conform --fs xfs --seed 5000 --sequences 100    other sequences than the recorded ones
  sudo heddle conform --sequences 0 --interleavings 50        interleavings alone
  sudo heddle conform --case examples/conform/read-into-lazyfree-page.json --fs ext4
  sudo heddle conform --record recordings              what this kernel does, to compare with elsewhere

A case holds requests to the device while tasks A, B and C make calls (offsets and lengths in words of 512 bytes):
  { "name": "fsync during writeback", "events": [
    { "event": "run",     "call": { "op": "pwrite", "file": "main", "offset": 0, "length": 8, "value": 1 } },
    { "event": "run",     "call": { "op": "fsync", "file": "main" } },
    { "event": "run",     "call": { "op": "store", "map": "shared", "word": 0, "length": 1, "value": 2 } },
    { "event": "hold",    "io": { "of": "main", "page": 0, "direction": "write" } },
    { "event": "start",   "task": "A", "call": { "op": "fsync", "file": "main" } },
    { "event": "release", "io": { "of": "main", "page": 0, "direction": "write" } } ] }

Exit status:
  0  no difference
  1  the kernel and the model differ
  2  the call or its input is wrong
  3  stopped, or nothing could run here
  4  a fault of Heddle's own`,
  )
  return command.action(async () => {
    const { conform } = await import('./commands/conform.js')
    done(await conform(command.opts<ConformOptions>(), host))
  })
}

const exploreCommand: Define = (host, done) => {
  const command = new Command('explore')
    .description('Serves the explorer on this machine: races, traces step by step, other choices, in a browser.')
    .option('--port <n>', 'port on 127.0.0.1; 0 takes any that is free', portNumber, 7433)
    .addHelpText(
      'after',
      `
Examples:
  heddle explore              prints the URL to open; Ctrl-C ends it
  heddle explore --port 0

The engine runs in the browser; nothing is sent anywhere. The same files, in dist/web, work from any web server.
${EXIT_HELP}`,
    )
  return command.action(async () => {
    const { explore } = await import('./commands/explore.js')
    done(await explore(command.opts<{ port: number }>(), host))
  })
}

const initCommand: Define = (host, done) =>
  new Command('init')
    .description('Makes a small project with one program and its test.')
    .argument('<dir>', 'folder to make; it must be empty or not there yet')
    .addHelpText('after', '\nExample:\n  heddle init demo && cd demo && npm install && npm test')
    .action(async (dir: string) => {
      const { init } = await import('./commands/init.js')
      done(await init(dir, host))
    })
