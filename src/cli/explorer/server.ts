/** Serves the explorer's files, and nothing else, to this machine. */
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import path from 'node:path'
import { UsageError } from '../usage-error.js'

export const ADDRESS = '127.0.0.1'

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
}

/** The page talks to nobody but this server; a program of the user's own is compiled and run in a worker. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self' 'unsafe-eval'",
  "worker-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ')

/**
 * @param port 0 for any that is free
 * @returns the server, listening
 * @throws UsageError if the port is taken or may not be used
 */
export function serve(folder: string, port: number): Promise<Server> {
  const server = createServer((request, response) => {
    answer(folder, request, response).catch((error: unknown) => {
      if (response.headersSent) response.destroy()
      else refuse(response, 500, error instanceof Error ? error.message : String(error))
    })
  })
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(explained(error, port)))
    server.listen(port, ADDRESS, () => resolve(server))
  })
}

function explained(error: NodeJS.ErrnoException, port: number): Error {
  if (error.code === 'EADDRINUSE') {
    return new UsageError(`port ${port} of ${ADDRESS} is taken`, 'heddle explore --port 0 takes any that is free, --port N another')
  }
  if (error.code === 'EACCES') return new UsageError(`port ${port} may not be used by you`, 'take one from 1024 up, or --port 0 for any')
  return error
}

async function answer(folder: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    refuse(response, 405, 'only GET and HEAD')
    return
  }
  const file = fileFor(folder, request.url ?? '/')
  const found = file === null ? null : await stat(file).catch(() => null)
  if (file === null || found?.isFile() !== true) {
    refuse(response, 404, 'there is no such file')
    return
  }
  response.writeHead(200, {
    'Content-Type': TYPES[path.extname(file)] ?? 'application/octet-stream',
    'Content-Length': found.size,
    'Cache-Control': 'no-cache',
    'Content-Security-Policy': POLICY,
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Referrer-Policy': 'no-referrer',
    'X-Content-Type-Options': 'nosniff',
  })
  if (request.method === 'HEAD') {
    response.end()
    return
  }
  createReadStream(file)
    .on('error', () => response.destroy())
    .pipe(response)
}

/** The file of a URL; null if it is not one of the folder's. */
function fileFor(folder: string, url: string): string | null {
  try {
    const asked = decodeURIComponent(new URL(url, `http://${ADDRESS}`).pathname)
    const file = path.join(folder, asked.endsWith('/') ? `${asked}index.html` : asked)
    return file.startsWith(folder + path.sep) && !file.includes('\0') ? file : null
  } catch {
    return null
  }
}

function refuse(response: ServerResponse, status: number, reason: string): void {
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8' })
  response.end(`${reason}\n`)
}
