/** What the editor asks of the worker that knows TypeScript. */

export type LanguageRequest =
  | { readonly type: 'check'; readonly text: string }
  | { readonly type: 'complete'; readonly text: string; readonly position: number }
  | { readonly type: 'explain'; readonly text: string; readonly position: number }

export interface Problem {
  readonly from: number
  readonly to: number
  readonly message: string
  readonly severity: 'error' | 'warning'
}

export interface Completion {
  readonly label: string
  /** As TypeScript names it: `method`, `const`, `interface`. */
  readonly kind: string
}

export interface Explanation {
  readonly from: number
  readonly to: number
  /** The type, and what the documentation says. */
  readonly type: string
  readonly text: string
}

export interface LanguageAnswers {
  readonly check: readonly Problem[]
  readonly complete: readonly Completion[]
  readonly explain: Explanation | null
}

export interface ToLanguage {
  readonly id: number
  readonly request: LanguageRequest
}

export interface FromLanguage {
  readonly id: number
  readonly answer: LanguageAnswers[LanguageRequest['type']]
}
