import { existsSync } from 'node:fs'
import path from 'node:path'
import { ADDRESS, serve } from '../explorer/server.js'
import { EXIT, type ExitCode } from '../exit-code.js'
import type { Host } from '../host.js'
import { UsageError } from '../usage-error.js'

/** `heddle explore`: serves the explorer until Ctrl-C. */
export async function explore(options: { readonly port: number }, host: Host): Promise<ExitCode> {
  if (!existsSync(path.join(host.explorer, 'index.html'))) {
    throw new UsageError('the explorer has not been built', 'npm run build', { file: host.explorer })
  }
  const server = await serve(host.explorer, options.port)
  const bound = server.address()
  const port = typeof bound === 'object' && bound !== null ? bound.port : options.port
  host.stdout.write(`http://${ADDRESS}:${port}/\n`)
  host.stderr.write('heddle: open it in a browser; Ctrl-C ends it\n')
  await new Promise<void>((resolve) => {
    const stop = host.onInterrupt(() => {
      stop()
      server.close(() => resolve())
      server.closeAllConnections()
    })
  })
  return EXIT.holds
}
