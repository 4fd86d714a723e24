/** Entry of the worker that knows TypeScript: errors, completion and explanations for a program of the user's own. */
import { createSystem, createVirtualTypeScriptEnvironment, type VirtualTypeScriptEnvironment } from '@typescript/vfs'
import ts from 'typescript'
import type { FromLanguage, LanguageAnswers, LanguageRequest, Problem, ToLanguage } from './language/messages.js'

const FILE = '/program.ts'
const COMPLETIONS_MAX = 300

const OPTIONS: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2022,
  lib: ['lib.es2023.d.ts'],
  types: [],
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  strict: true,
  noEmit: true,
  skipLibCheck: true,
  paths: { 'heddle/engine': ['/heddle/engine/index.ts'] },
}

/** What a worker has of the global object; the DOM's types speak of a page's. */
const scope = self as unknown as {
  postMessage(message: FromLanguage): void
  addEventListener(type: 'message', listener: (event: MessageEvent<ToLanguage>) => void): void
}

/** `types.json`: TypeScript's own declarations, and the engine with its documentation, by path. */
const environment = load()

async function load(): Promise<VirtualTypeScriptEnvironment> {
  const answer = await fetch(new URL('types.json', location.href))
  const files = (await answer.json()) as Record<string, string>
  const system = createSystem(new Map([...Object.entries(files), [FILE, ' ']]))
  return createVirtualTypeScriptEnvironment(system, [FILE], ts, OPTIONS)
}

scope.addEventListener('message', ({ data: { id, request } }) => {
  void environment.then((env) => scope.postMessage({ id, answer: answer(env, request) }))
})

function answer(env: VirtualTypeScriptEnvironment, request: LanguageRequest): LanguageAnswers[LanguageRequest['type']] {
  // An empty file is taken for one that is not there.
  env.updateFile(FILE, request.text === '' ? ' ' : request.text)
  switch (request.type) {
    case 'check':
      return problems(env)
    case 'complete': {
      const found = env.languageService.getCompletionsAtPosition(FILE, request.position, {})
      return (found?.entries ?? []).slice(0, COMPLETIONS_MAX).map(({ name, kind }) => ({ label: name, kind }))
    }
    case 'explain':
      return explain(env, request.position)
  }
}

function problems({ languageService }: VirtualTypeScriptEnvironment): readonly Problem[] {
  const found = [...languageService.getSyntacticDiagnostics(FILE), ...languageService.getSemanticDiagnostics(FILE)]
  return found.map(({ start = 0, length = 0, messageText, category }) => ({
    from: start,
    to: start + length,
    message: ts.flattenDiagnosticMessageText(messageText, '\n'),
    severity: category === ts.DiagnosticCategory.Error ? 'error' : 'warning',
  }))
}

function explain({ languageService }: VirtualTypeScriptEnvironment, position: number): LanguageAnswers['explain'] {
  const info = languageService.getQuickInfoAtPosition(FILE, position)
  if (info === undefined) return null
  return {
    from: info.textSpan.start,
    to: info.textSpan.start + info.textSpan.length,
    type: ts.displayPartsToString(info.displayParts),
    text: ts.displayPartsToString(info.documentation),
  }
}
