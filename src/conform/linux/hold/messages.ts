/** What the controller and the daemon of a held device say to each other. */

/** The next request of this direction that touches these bytes is held, under this number. */
export interface HoldRule {
  readonly hold: number
  readonly direction: 'read' | 'write'
  readonly from: number
  readonly to: number
}

/** Each command is acknowledged by its number. */
export type DaemonCommand = { readonly seq: number } & (
  | { readonly do: 'hold'; readonly rule: HoldRule }
  /** Answers the request; with an error number if one is given. */
  | { readonly do: 'release'; readonly hold: number; readonly error: number }
  /** Forgets the rules, and answers what is held in the order it came. */
  | { readonly do: 'release-all' }
  | { readonly do: 'ping' }
)

export type DaemonReport =
  | { readonly say: 'ready' }
  | { readonly say: 'failed'; readonly why: string }
  | { readonly say: 'done'; readonly seq: number }
  | { readonly say: 'held'; readonly hold: number }
  /** Nobody gave a command for long: everything was released, lest the machine hangs. */
  | { readonly say: 'gave-up' }
