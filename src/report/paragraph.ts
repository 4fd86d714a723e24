/** Breaks a paragraph at spaces so that no line is wider, words permitting; all lines but the first are indented. */
export function filled(text: string, width: number, indent: number): string {
  const margin = ' '.repeat(indent)
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const line = lines.at(-1)
    if (line !== undefined && line.length + 1 + word.length <= width) lines[lines.length - 1] = `${line} ${word}`
    else lines.push(line === undefined ? word : margin + word)
  }
  return lines.join('\n')
}
