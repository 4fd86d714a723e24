import { request } from 'node:http'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { heddleExplore, startExplorer, type Explorer } from './support/explore.js'

/** `heddle explore`: what it serves, and to whom. */

describe('heddle explore', () => {
  let explorer: Explorer

  beforeAll(async () => {
    explorer = await startExplorer()
  })

  afterAll(() => void explorer.process.kill())

  test('prints the URL of this machine that it serves the explorer at', async () => {
    expect(explorer.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/)
    const answer = await fetch(explorer.url)
    expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8')
    expect(await answer.text()).toContain('<title>Heddle</title>')
  })

  test('lets the page talk to nobody else', async () => {
    const { headers } = await fetch(explorer.url)
    expect(headers.get('content-security-policy')).toContain("default-src 'none'")
    expect(headers.get('content-security-policy')).toContain("connect-src 'self'")
  })

  test.each(['/../cli/main.js', '/%2e%2e/cli/main.js', '/..%2fcli/main.js', '/assets', '/nothing.js', '/%00', '/%zz'])('does not serve %s', async (path) => {
    expect(await statusOf(explorer.url, path, 'GET')).toBe(404)
  })

  test('only gives', async () => {
    expect(await statusOf(explorer.url, '/', 'POST')).toBe(405)
    expect(await statusOf(explorer.url, '/', 'HEAD')).toBe(200)
  })

  test('says when the port is taken, and what to do', async () => {
    const child = heddleExplore(['--port', new URL(explorer.url).port])
    let said = ''
    child.stderr?.on('data', (chunk: Buffer) => (said += chunk.toString()))
    const code = await new Promise((resolve) => child.once('close', resolve))
    expect(code).toBe(2)
    expect(said).toMatch(/^heddle: port \d+ of 127\.0\.0\.1 is taken\nhint: heddle explore --port 0 takes any that is free/)
  })

  test('ends at Ctrl-C, also while a connection is open', async () => {
    const other = await startExplorer()
    const open = request(other.url, { headers: { Connection: 'keep-alive' } })
    open.on('error', () => undefined)
    await new Promise((resolve) => open.on('response', resolve).end())
    expect(await other.interrupt()).toBe(0)
  })
})

/** As the path is written: fetch would tidy it up first. */
function statusOf(url: string, path: string, method: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    request(url, { path, method }, (response) => {
      response.resume()
      resolve(response.statusCode)
    })
      .on('error', reject)
      .end()
  })
}
