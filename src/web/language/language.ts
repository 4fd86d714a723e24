/** The worker that knows TypeScript, seen from the page. It is started with the first question. */
import type { FromLanguage, LanguageAnswers, LanguageRequest, ToLanguage } from './messages.js'

type Settle = (answer: LanguageAnswers[LanguageRequest['type']]) => void

const asked = new Map<number, Settle>()
let worker: Worker | undefined
let next = 0

export function askLanguage<Type extends LanguageRequest['type']>(request: Extract<LanguageRequest, { type: Type }>): Promise<LanguageAnswers[Type]> {
  worker ??= start()
  const message: ToLanguage = { id: next++, request }
  const answered = new Promise<LanguageAnswers[LanguageRequest['type']]>((resolve) => asked.set(message.id, resolve))
  worker.postMessage(message)
  return answered as Promise<LanguageAnswers[Type]>
}

function start(): Worker {
  const started = new Worker(new URL('language-worker.js', document.baseURI))
  started.addEventListener('message', ({ data }: MessageEvent<FromLanguage>) => {
    asked.get(data.id)?.(data.answer)
    asked.delete(data.id)
  })
  return started
}
