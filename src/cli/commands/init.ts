import { mkdir, readdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import packageJson from '../../../package.json' with { type: 'json' }
import { EXIT, type ExitCode } from '../exit-code.js'
import type { Host } from '../host.js'
import { templateFiles } from '../template.js'
import { UsageError } from '../usage-error.js'

/** `heddle init`: writes the files of a small project into a new folder. Overwrites nothing. */
export async function init(dir: string, host: Host): Promise<ExitCode> {
  const folder = path.resolve(host.cwd, dir)
  const present = await contents(folder, dir)
  if (present.length > 0) {
    const some = `${present.slice(0, 3).join(', ')}${present.length > 3 ? ', …' : ''}`
    throw new UsageError(`the folder is not empty: ${some}`, 'name a new one', { file: dir })
  }
  await mkdir(folder, { recursive: true })
  const files = templateFiles(path.basename(folder), dependencyOn(host.packageRoot))
  for (const [name, text] of Object.entries(files)) await writeFile(path.join(folder, name), text)
  host.stdout.write(`Wrote ${Object.keys(files).join(', ')} to ${dir}.\n\n  cd ${dir}\n  npm install\n  npm test\n`)
  return EXIT.holds
}

/** An installed Heddle is depended on by its version; a checkout by its folder. */
function dependencyOn(packageRoot: string): string {
  const installed = path.basename(path.dirname(path.resolve(packageRoot))) === 'node_modules'
  return installed ? `^${packageJson.version}` : `file:${path.resolve(packageRoot)}`
}

async function contents(folder: string, dir: string): Promise<readonly string[]> {
  try {
    return await readdir(folder)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code === 'ENOENT') return []
    throw new UsageError('this is no folder that can be written to', 'name a new one', { file: dir })
  }
}
