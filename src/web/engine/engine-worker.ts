/** A worker, seen from the page. */
import type { Progress } from '../../engine/index.js'
import type { Answers, Complaint, FromWorker, Request, ToWorker } from './requests.js'

/** Time a cancelled search has to come to an end by itself; a program that hangs never would. */
const GRACE_MS = 1500

const HANGS: Complaint = {
  message: 'stopped: the program runs without ever taking a step',
  hint: 'is there a loop without an operation on a tracked object?',
}

/** A request that could not be answered, with what to do about it. */
export class RequestError extends Error {
  override readonly name = 'RequestError'
  readonly hint: string
  constructor({ message, hint }: Complaint) {
    super(message)
    this.hint = hint
  }
}

export interface AskOptions {
  readonly signal?: AbortSignal
  readonly onProgress?: (progress: Progress, seconds: number) => void
}

interface Asked extends AskOptions {
  readonly resolve: (answer: Answers[Request['type']]) => void
  readonly reject: (error: Error) => void
}

export class EngineWorker {
  readonly #asked = new Map<number, Asked>()
  #worker: Worker | undefined
  #next = 0

  constructor(private readonly script: URL) {}

  /** @throws RequestError as the worker says, or if it was cancelled and did not come to an end */
  ask<Type extends Request['type']>(request: Extract<Request, { type: Type }>, options: AskOptions = {}): Promise<Answers[Type]> {
    const id = this.#next++
    const answered = new Promise<Answers[Request['type']]>((resolve, reject) => {
      this.#asked.set(id, { ...options, resolve, reject })
      this.#send({ type: 'request', id, request })
    })
    options.signal?.addEventListener('abort', () => this.#cancel(id))
    if (options.signal?.aborted === true) this.#cancel(id)
    return answered as Promise<Answers[Type]>
  }

  #send(message: ToWorker): void {
    this.#worker ??= this.#start()
    this.#worker.postMessage(message)
  }

  #start(): Worker {
    const worker = new Worker(this.script, { type: 'module' })
    worker.addEventListener('message', ({ data }: MessageEvent<FromWorker>) => this.#hear(data))
    worker.addEventListener('error', (event) => {
      this.#giveUp({ message: event.message === '' ? 'the worker could not be started' : event.message, hint: 'load the page again' })
    })
    return worker
  }

  #hear(message: FromWorker): void {
    const asked = this.#asked.get(message.id)
    if (asked === undefined) return
    if (message.type === 'progress') {
      asked.onProgress?.(message.progress, message.seconds)
      return
    }
    this.#asked.delete(message.id)
    if (message.type === 'answer') asked.resolve(message.answer)
    else asked.reject(new RequestError(message.error))
  }

  #cancel(id: number): void {
    if (!this.#asked.has(id)) return
    this.#send({ type: 'cancel', id })
    setTimeout(() => {
      if (this.#asked.has(id)) this.#giveUp(HANGS)
    }, GRACE_MS)
  }

  /** Ends the worker; the next request starts another. */
  #giveUp(why: Complaint): void {
    this.#worker?.terminate()
    this.#worker = undefined
    const waiting = [...this.#asked.values()]
    this.#asked.clear()
    for (const { reject } of waiting) reject(new RequestError(why))
  }
}
