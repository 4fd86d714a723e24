/** What the page asks its workers for, and what they answer: plain data. */
import type { Progress } from '../../engine/index.js'
import type { Configuration, Memory } from '../../races/race.js'
import type { ExploredProgram } from '../../report/check-result.js'
import type { Situation, WhatIf } from '../../report/explorer/index.js'
import type { PossibleAnswer, ReadText } from './diagram-answers.js'

/** Where a program comes from. */
export type Source =
  | { readonly from: 'catalogue'; readonly race: string; readonly program: string; readonly configuration: Configuration }
  /** JavaScript, as `compile` makes it of what the user wrote. */
  | { readonly from: 'own'; readonly code: string; readonly memory: Memory }

export type Request =
  /** Explores every interleaving. Says how it gets on; can be cancelled, and then answers with what is known. */
  | { readonly type: 'check'; readonly source: Source; readonly maxStates: number }
  /** Runs a schedule and records every state on its way. */
  | { readonly type: 'situation'; readonly source: Source; readonly token: string }
  /** Lets a schedule run on to a failure or to its end. */
  | { readonly type: 'run-on'; readonly source: Source; readonly token: string }
  /** Runs a schedule on another program. */
  | { readonly type: 'what-if'; readonly source: Source; readonly other: Source; readonly token: string }
  /** Reads a diagram, and says how it is understood. */
  | { readonly type: 'read'; readonly text: string }
  /** Looks for an execution that does what a diagram says. Says how it gets on; can be cancelled. */
  | { readonly type: 'possible'; readonly text: string; readonly race: string; readonly configuration: Configuration }

export interface Answers {
  readonly check: ExploredProgram
  readonly situation: Situation
  readonly 'run-on': string
  readonly 'what-if': WhatIf
  readonly read: ReadText
  readonly possible: PossibleAnswer
}

export type ToWorker =
  | { readonly type: 'request'; readonly id: number; readonly request: Request }
  | { readonly type: 'cancel'; readonly id: number }

export type FromWorker =
  | { readonly type: 'progress'; readonly id: number; readonly progress: Progress; readonly seconds: number }
  | { readonly type: 'answer'; readonly id: number; readonly answer: Answers[Request['type']] }
  | { readonly type: 'error'; readonly id: number; readonly error: Complaint }

/** What went wrong, for the user. */
export interface Complaint {
  readonly message: string
  /** What to do about it; empty if that is not known. */
  readonly hint: string
}
