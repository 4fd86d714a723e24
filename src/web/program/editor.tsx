import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap, type CompletionContext, type CompletionResult } from '@codemirror/autocomplete'
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands'
import { javascript } from '@codemirror/lang-javascript'
import { bracketMatching, HighlightStyle, indentOnInput, syntaxHighlighting } from '@codemirror/language'
import { linter, lintKeymap, type Diagnostic } from '@codemirror/lint'
import { EditorState } from '@codemirror/state'
import { EditorView, highlightActiveLine, hoverTooltip, keymap, lineNumbers, type Tooltip } from '@codemirror/view'
import { tags } from '@lezer/highlight'
import { useEffect, useRef } from 'preact/hooks'
import { askLanguage } from '../language/language.js'
import '../styles/editor.css'

interface EditorProps {
  /** What it begins with; give it another key to begin anew. */
  readonly initial: string
  readonly onChange: (text: string) => void
  readonly onRun: () => void
}

/** An editor that knows the engine: errors in place, completion, and what is under the mouse. */
export function Editor({ initial, onChange, onRun }: EditorProps) {
  const host = useRef<HTMLDivElement>(null)
  const latest = useRef({ onChange, onRun })
  latest.current = { onChange, onRun }
  useEffect(() => {
    if (host.current === null) return undefined
    const editor = new EditorView({
      parent: host.current,
      state: EditorState.create({
        doc: initial,
        extensions: [
          keymap.of([{ key: 'Mod-Enter', run: () => (latest.current.onRun(), true) }]),
          EditorView.updateListener.of((update) => {
            if (update.docChanged) latest.current.onChange(update.state.doc.toString())
          }),
          extensions,
        ],
      }),
    })
    return () => editor.destroy()
  }, [])
  return <div class="editor" ref={host} />
}

const COLOURS = HighlightStyle.define([
  { tag: tags.keyword, color: 'var(--lane-3)' },
  { tag: [tags.string, tags.special(tags.string)], color: 'var(--lane-2)' },
  { tag: [tags.number, tags.bool, tags.null], color: 'var(--lane-1)' },
  { tag: tags.comment, color: 'var(--muted)', fontStyle: 'italic' },
  { tag: [tags.typeName, tags.className], color: 'var(--lane-5)' },
  { tag: [tags.function(tags.variableName), tags.function(tags.propertyName)], color: 'var(--lane-0)' },
])

const extensions = [
  lineNumbers(),
  history(),
  highlightActiveLine(),
  EditorView.lineWrapping,
  bracketMatching(),
  closeBrackets(),
  indentOnInput(),
  javascript({ typescript: true }),
  syntaxHighlighting(COLOURS),
  linter(problems, { delay: 300 }),
  autocompletion({ override: [completions] }),
  hoverTooltip(explanation),
  EditorView.contentAttributes.of({ 'aria-label': 'Program' }),
  // Tab leaves the editor, as everywhere else on the page.
  keymap.of([...closeBracketsKeymap, ...defaultKeymap, ...historyKeymap, ...completionKeymap, ...lintKeymap]),
]

async function problems(view: EditorView): Promise<readonly Diagnostic[]> {
  const found = await askLanguage({ type: 'check', text: view.state.doc.toString() })
  const last = view.state.doc.length
  return found.map((problem) => ({ ...problem, from: Math.min(problem.from, last), to: Math.min(problem.to, last) }))
}

const KINDS: Readonly<Record<string, string>> = {
  method: 'method',
  function: 'function',
  property: 'property',
  getter: 'property',
  const: 'constant',
  let: 'variable',
  var: 'variable',
  parameter: 'variable',
  class: 'class',
  interface: 'interface',
  type: 'type',
  keyword: 'keyword',
}

async function completions(context: CompletionContext): Promise<CompletionResult | null> {
  const word = context.matchBefore(/[\w$]*/)
  const before = context.state.sliceDoc(Math.max(0, context.pos - 1), context.pos)
  if (!context.explicit && before !== '.' && (word === null || word.from === word.to)) return null
  const found = await askLanguage({ type: 'complete', text: context.state.doc.toString(), position: context.pos })
  const options = found.map(({ label, kind }) => ({ label, type: KINDS[kind] ?? 'text' }))
  return { from: word?.from ?? context.pos, options, validFor: /^[\w$]*$/ }
}

async function explanation(view: EditorView, position: number): Promise<Tooltip | null> {
  const found = await askLanguage({ type: 'explain', text: view.state.doc.toString(), position })
  if (found === null) return null
  return {
    pos: found.from,
    end: found.to,
    create: () => {
      const dom = document.createElement('div')
      dom.className = 'explanation'
      const type = document.createElement('code')
      type.textContent = found.type
      dom.append(type)
      if (found.text !== '') {
        const text = document.createElement('p')
        text.textContent = found.text
        dom.append(text)
      }
      return { dom }
    },
  }
}
