import type { TestContext } from 'vitest'
import { unsupported, whyNot, type TierName } from '../../src/conform/linux/probe.js'
import { inSession, type Session } from '../../src/conform/linux/session.js'
import type { FileSystemName } from '../../src/conform/record.js'
import { holdDaemonScript } from './run-cli.js'

/** Runs a test on the real kernel of this machine; if it can not run here, the test is skipped with the reason. */
export async function onRealKernel(
  context: TestContext,
  tier: TierName,
  fs: FileSystemName,
  work: (session: Session) => Promise<void>,
): Promise<void> {
  const nothing = unsupported()
  if (nothing !== null) return context.skip(nothing)
  const host = { onInterrupt: () => () => undefined, say: (text: string) => process.stderr.write(`${text}\n`) }
  const reason = await inSession(host, async (session) => {
    const why = await whyNot(session, tier, fs, holdDaemonScript())
    if (why === null) await work(session)
    return why
  })
  if (reason !== null) context.skip(reason)
}
