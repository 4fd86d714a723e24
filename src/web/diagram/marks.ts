/** The lines of a diagram that steps of a trace match, as the page's address has them: `m9.4` for line 4 at step 10. */

export type Marks = ReadonlyMap<number, string>

export function marksToShow(marks: readonly (readonly [at: number, line: string])[]): readonly string[] {
  return marks.map(([at, line]) => `m${at}.${line.replace(/\D+/g, '.').replace(/^\.|\.$/g, '')}`)
}

/** @returns by position of the step */
export function marksIn(show: readonly string[]): Marks {
  const marks = new Map<number, string>()
  for (const name of show) {
    const [, at, lines] = /^m(\d+)\.([\d.]+)$/.exec(name) ?? []
    if (at !== undefined && lines !== undefined) marks.set(Number(at), lines.replaceAll('.', ', '))
  }
  return marks
}
