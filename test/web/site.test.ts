import { createServer } from 'node:http'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, inject, onTestFinished } from 'vitest'
import { test, WRITEBACK } from './support/browser.js'

/** The built site: small, self-contained, at home in any folder of any web server. */

const BUDGET = 200 * 1024

describe('the site', () => {
  test('needs less than 200 KB of compressed JavaScript for the first page, engine and model included', async ({ web }) => {
    const page = await web.open()
    const scripts = new Map<string, number>()
    page.on('response', (response) => {
      if (!response.url().endsWith('.js')) return
      void response.body().then((body) => scripts.set(response.url(), gzipSync(body).length))
    })
    await page.reload()
    await page.locator('.races li').first().waitFor()
    await page.waitForLoadState('networkidle')
    const total = [...scripts.values()].reduce((sum, size) => sum + size, 0)
    expect(total).toBeGreaterThan(10_000)
    expect(total).toBeLessThan(BUDGET)
  })

  test('asks nobody but its own server for anything', async ({ web }) => {
    const page = await web.open()
    const foreign: string[] = []
    page.on('request', (request) => {
      if (!request.url().startsWith(web.url) && !request.url().startsWith('data:')) foreign.push(request.url())
    })
    await page.goto(`${web.url}/${WRITEBACK}`)
    await page.locator('.lane-rows li').first().waitFor()
    await page.goto(`${web.url}/#page=program`)
    await page.locator('.cm-content').waitFor()
    expect(foreign).toEqual([])
  })

  test('works from a folder of another web server', async ({ web }) => {
    const folder = path.join(inject('builtExplorer'), 'web')
    const types: Record<string, string> = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css' }
    const server = createServer((request, response) => {
      const file = decodeURIComponent((request.url ?? '').replace(/^\/some\/where\//, '')) || 'index.html'
      try {
        const body = readFileSync(path.join(folder, file))
        response.writeHead(200, { 'Content-Type': types[path.extname(file)] ?? 'application/octet-stream' }).end(body)
      } catch {
        response.writeHead(404).end()
      }
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void server.close())
    const address = server.address()
    const port = typeof address === 'object' ? address?.port : undefined
    const page = await web.open()
    await page.goto(`http://127.0.0.1:${String(port)}/some/where/#page=race&race=truncate-fault`)
    await page.getByRole('button', { name: 'Explore every interleaving' }).click()
    await page.getByRole('button', { name: 'Explored' }).waitFor()
    server.closeAllConnections()
  })

  test('remembers the theme that was chosen', async ({ web }) => {
    const page = await web.open('', { colorScheme: 'light' })
    await page.getByRole('button', { name: 'Dark' }).click()
    expect(await page.locator('html').getAttribute('data-theme')).toBe('dark')
    await page.reload()
    await page.getByRole('button', { name: 'Light' }).waitFor()
  })
})
