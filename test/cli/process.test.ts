import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { builtCli, folderWith, heddle } from '../support/run-cli.js'
import * as programs from './programs.js'

/** What only shows in a process of its own: signals, pipes, the built files. */

interface Started {
  readonly child: ChildProcess
  readonly stdout: () => string
  readonly stderr: () => string
  readonly exit: Promise<number | null>
}

function start(argv: readonly string[], cwd: string): Started {
  const child = spawn(process.execPath, [builtCli(), ...argv], { cwd, stdio: ['ignore', 'pipe', 'pipe'] })
  const text = { stdout: '', stderr: '' }
  child.stdout.on('data', (data: Buffer) => (text.stdout += data.toString()))
  child.stderr.on('data', (data: Buffer) => (text.stderr += data.toString()))
  const exit = once(child, 'close').then(([code]) => code as number | null)
  return { child, stdout: () => text.stdout, stderr: () => text.stderr, exit }
}

test('Ctrl-C ends a long search with what is known so far', async () => {
  const cwd = folderWith({ 'endless.ts': programs.ENDLESS })
  const { child, stdout, stderr, exit } = start(['check', 'endless.ts', '--json'], cwd)
  await expect.poll(stderr, { timeout: 20_000 }).toMatch(/states .*depth .*queue .* s\n/)
  child.kill('SIGINT')
  expect(await exit).toBe(3)
  expect(stderr()).toContain('interrupted')
  expect(JSON.parse(stdout())).toMatchObject({ verdict: 'unknown', bound: 'interrupted' })
})

test('a reader that goes away is no error', async () => {
  const cwd = folderWith({})
  const { child, stderr, exit } = start(['check', '--help'], cwd)
  child.stdout?.destroy()
  await exit
  expect(stderr()).toBe('')
})

test('init makes a project whose test passes', async () => {
  const cwd = folderWith({})
  const { code, stdout } = await heddle(['init', 'demo'], { cwd })
  expect(code).toBe(0)
  expect(stdout).toContain('npm install')
  const demo = path.join(cwd, 'demo')
  // What npm install does, without the network: the command on the path.
  const bin = path.join(demo, 'node_modules/.bin')
  mkdirSync(bin, { recursive: true })
  symlinkSync(builtCli(), path.join(bin, 'heddle'))
  const child = spawn(process.execPath, ['--test'], {
    cwd: demo,
    env: { PATH: `${bin}${path.delimiter}${process.env.PATH ?? ''}` },
  })
  const [status] = (await once(child, 'close')) as [number]
  expect(status).toBe(0)
})

test('init overwrites nothing', async () => {
  const cwd = folderWith({ 'mine.txt': 'mine\n' })
  const { code, stderr } = await heddle(['init', '.'], { cwd })
  expect(code).toBe(2)
  expect(stderr).toContain('the folder is not empty: mine.txt')
  expect(readdirSync(cwd)).toEqual(['mine.txt'])
  expect(existsSync(path.join(cwd, 'package.json'))).toBe(false)
})
