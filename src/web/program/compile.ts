/** TypeScript to JavaScript that a worker can run. Lines stay where they are. */
import { transform } from 'sucrase'

export type Compiled =
  | { readonly code: string; readonly error: null }
  | { readonly code: null; readonly error: { readonly message: string; readonly line: number | null } }

export function compile(text: string): Compiled {
  try {
    const { code } = transform(text, { transforms: ['typescript', 'imports'], disableESTransforms: true, production: true })
    return { code, error: null }
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    const [, what = message, line] = /^(?:Error transforming [^:]*: )?(.*?)(?: \((\d+):\d+\))?$/s.exec(message) ?? []
    return { code: null, error: { message: what, line: line === undefined ? null : Number(line) } }
  }
}
