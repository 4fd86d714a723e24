/** Just enough XML to write reports. */

/** Well-formed markup; the wrapper keeps it apart from text that has yet to be escaped. */
export interface Xml {
  readonly text: string
}

/** An element with children on lines of their own, or with text. */
export function element(
  name: string,
  attributes: Readonly<Record<string, string | number>>,
  content: readonly Xml[] | string,
): Xml {
  const listed = Object.entries(attributes).map(([key, value]) => ` ${key}="${escape(String(value)).replaceAll('\n', '&#10;')}"`)
  const open = `<${name}${listed.join('')}`
  if (content.length === 0) return { text: `${open}/>` }
  if (typeof content === 'string') return { text: `${open}>${escape(content)}</${name}>` }
  const lines = content.map((child) => `\n${child.text}`)
  return { text: `${open}>${lines.join('')}\n</${name}>` }
}

function escape(text: string): string {
  return (
    text
      // What XML 1.0 cannot carry at all.
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\ufffd')
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      .replaceAll('"', '&quot;')
  )
}
