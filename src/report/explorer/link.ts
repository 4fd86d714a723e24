/** The explorer's URL fragment: what is looked at, and where. */

export interface View {
  readonly page: 'races' | 'race' | 'diagram' | 'program'
  /** Name of the race and of its program. */
  readonly race?: string
  readonly program?: string
  readonly kernel?: string
  readonly fixes?: readonly string[]
  readonly fs?: 'ext4' | 'xfs'
  readonly memory?: 'sc' | 'weak'
  /** `h1:…` */
  readonly schedule?: string
  /** How many steps have been taken, choices counted. */
  readonly cursor?: number
  /** A diagram, or the source of a program of the user's own; compressed in the link. */
  readonly text?: string
  /** What of the trace view is open: names the user interface chooses. */
  readonly show?: readonly string[]
}

export class LinkError extends Error {}

/** The fragment, without `#`. Safe in mails and in chats: letters, digits and `-._~&=:,` only. */
export declare function encodeLink(view: View): string

/** @throws LinkError saying what is wrong with the link and where, in words for who opened it */
export declare function decodeLink(fragment: string): View
