/** Colour, handed in by the caller: reports are plain strings unless somebody asks for more. */

/** How to emphasise a piece of text; each function may only add characters that take no room. */
export interface Palette {
  readonly good: (text: string) => string
  readonly bad: (text: string) => string
  readonly unsure: (text: string) => string
  readonly strong: (text: string) => string
  readonly faint: (text: string) => string
}

const same = (text: string): string => text

export const PLAIN: Palette = { good: same, bad: same, unsure: same, strong: same, faint: same }

const sgr =
  (code: number) =>
  (text: string): string =>
    text === '' ? text : `\u001b[${code}m${text}\u001b[0m`

/** For terminals: ECMA-48 select graphic rendition. */
export const ANSI: Palette = { good: sgr(32), bad: sgr(31), unsure: sgr(33), strong: sgr(1), faint: sgr(2) }
