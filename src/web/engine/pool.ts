/** The page's workers: one that answers at once, and as many as there are cores that explore. */
import { EngineWorker, type AskOptions } from './engine-worker.js'
import type { Answers, Request } from './requests.js'

const script = new URL('worker.js', document.baseURI)

const WORKERS_MAX = 8

/** For what somebody is waiting for: schedules, previews. Never behind a search. */
const prompt = new EngineWorker(script)

const idle: EngineWorker[] = Array.from({ length: Math.min(WORKERS_MAX, Math.max(1, navigator.hardwareConcurrency)) }, () => new EngineWorker(script))
const waiting: ((worker: EngineWorker) => void)[] = []

export function askNow<Type extends Request['type']>(request: Extract<Request, { type: Type }>, options?: AskOptions): Promise<Answers[Type]> {
  return prompt.ask(request, options)
}

/** Asks the next worker that is free; undefined if it was cancelled before one was. */
export async function askInTurn<Type extends Request['type']>(
  request: Extract<Request, { type: Type }>,
  options: AskOptions & { readonly onStart?: () => void } = {},
): Promise<Answers[Type] | undefined> {
  const worker = idle.pop() ?? (await new Promise<EngineWorker>((resolve) => waiting.push(resolve)))
  try {
    if (options.signal?.aborted === true) return undefined
    options.onStart?.()
    return await worker.ask(request, options)
  } finally {
    const next = waiting.shift()
    if (next === undefined) idle.push(worker)
    else next(worker)
  }
}
