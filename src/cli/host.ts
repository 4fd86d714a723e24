import { availableParallelism } from 'node:os'

/** A stream that text is written to. */
export interface Output {
  write(text: string): void
  readonly isTerminal: boolean
  /** Width of the terminal; 80 if it is none. */
  readonly columns: number
}

/** What the command line takes from the process it runs in; tests hand in their own. */
export interface Host {
  /** Results. */
  readonly stdout: Output
  /** Progress and messages. */
  readonly stderr: Output
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
  readonly cores: number
  /** Script of the worker threads' entry. */
  readonly workerScript: URL
  /** Script of the process that serves the held device of `heddle conform`. */
  readonly holdDaemonScript: URL
  /** Folder of Heddle's own package. */
  readonly packageRoot: string
  /** Folder of the explorer's files. */
  readonly explorer: string
  /** Calls `handler` when the user presses Ctrl-C. @returns a function that stops listening */
  onInterrupt(handler: () => void): () => void
}

/** The process's own streams, environment and signals. */
export function processHost(installed: Pick<Host, 'workerScript' | 'holdDaemonScript' | 'packageRoot' | 'explorer'>): Host {
  return {
    ...installed,
    stdout: output(process.stdout),
    stderr: output(process.stderr),
    env: process.env,
    cwd: process.cwd(),
    cores: availableParallelism(),
    onInterrupt(handler) {
      process.on('SIGINT', handler)
      return () => process.off('SIGINT', handler)
    },
  }
}

function output(stream: NodeJS.WriteStream): Output {
  return {
    write: (text) => void stream.write(text),
    isTerminal: stream.isTTY,
    get columns() {
      return stream.isTTY ? stream.columns : 80
    },
  }
}

/** Colour only on a terminal, and never against https://no-color.org. */
export function wantsColour(output: Output, env: Host['env']): boolean {
  const refused = env.NO_COLOR !== undefined && env.NO_COLOR !== ''
  return output.isTerminal && !refused && env.TERM !== 'dumb'
}
