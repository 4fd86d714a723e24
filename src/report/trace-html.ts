/** One file that shows a trace with nothing else at hand: no server, no network. */
import type { Situation } from './explorer/situation.js'

/** What a page that shows one trace by itself is given. */
export interface TraceFile {
  readonly situation: Situation
  /** The step at which it opens. */
  readonly cursor: number
  /** What the trace is of, in words. */
  readonly subject: string
  /** Shows it again on the command line. */
  readonly command: string
}

/** @param viewer the script and the style sheet of the explorer that show such a file */
export function traceHtml(file: TraceFile, viewer: { readonly code: string; readonly style: string }): string {
  const data = JSON.stringify(file).replaceAll('<', String.raw`\u003c`)
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(file.subject)}</title>
<style>${viewer.style.replaceAll('</style', String.raw`<\/style`)}</style>
</head>
<body>
<div id="app"></div>
<script type="application/json" id="trace">${data}</script>
<script>${viewer.code.replaceAll('</script', String.raw`<\/script`)}</script>
</body>
</html>
`
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
}
