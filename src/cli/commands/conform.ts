import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import { Undo } from '../../conform/linux/image.js'
import { loadLibc } from '../../conform/linux/libc.js'
import { kernelRecords, recordingHeader, type Wanted } from '../../conform/linux/record-kernel.js'
import { headerLine, recordLine, type FileSystemName } from '../../conform/record.js'
import { EXIT, type ExitCode } from '../exit-code.js'
import type { Host } from '../host.js'

export interface ConformOptions {
  readonly fs?: FileSystemName
  readonly seed?: number
  readonly sequences?: number
  readonly record?: string
}

const SEQUENCES = 2000
const STEPS = 20

/** `heddle conform` */
export async function conform(options: ConformOptions, host: Host): Promise<ExitCode> {
  const folder = path.resolve(host.cwd, options.record ?? '.')
  await mkdir(folder, { recursive: true })
  for (const fs of options.fs === undefined ? (['ext4', 'xfs'] as const) : [options.fs]) {
    const wanted = { fs, firstSeed: options.seed ?? 1, sequences: options.sequences ?? SEQUENCES, length: STEPS }
    await writeFile(path.join(folder, `${fs}.jsonl.gz`), gzipSync(await record(wanted, host), { level: 9 }))
  }
  return EXIT.holds
}

async function record(wanted: Wanted, host: Host): Promise<string> {
  const undo = new Undo()
  const ignore = host.onInterrupt(() => void undo.run())
  try {
    const lines = [headerLine(recordingHeader(wanted))]
    for await (const one of kernelRecords(await loadLibc(), wanted, undo)) lines.push(recordLine(one))
    return `${lines.join('\n')}\n`
  } finally {
    ignore()
    for (const failed of undo.run()) host.stderr.write(`heddle: ${failed}\n`)
  }
}
