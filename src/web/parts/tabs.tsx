import type { ComponentChildren } from 'preact'
import { useRef } from 'preact/hooks'

export interface Tab {
  readonly name: string
  readonly title: string
  readonly content: () => ComponentChildren
}

interface TabsProps {
  readonly label: string
  readonly tabs: readonly Tab[]
  readonly open: string
  readonly onOpen: (name: string) => void
}

/** Tabs as everybody knows them: one can be reached with the Tab key, the others with the arrows. */
export function Tabs({ label, tabs, open, onOpen }: TabsProps) {
  const list = useRef<HTMLDivElement>(null)
  const selected = tabs.find(({ name }) => name === open) ?? tabs[0]
  const move = (event: KeyboardEvent): void => {
    const at = tabs.findIndex(({ name }) => name === open)
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabs.length - 1 }[event.key]
    const target = to === undefined ? undefined : tabs[(to + tabs.length) % tabs.length]
    if (target === undefined) return
    event.preventDefault()
    onOpen(target.name)
    list.current?.querySelector<HTMLElement>(`[data-tab=${target.name}]`)?.focus()
  }
  return (
    <div class="side">
      <div class="tabs" role="tablist" aria-label={label} ref={list} onKeyDown={move}>
        {tabs.map(({ name, title }) => {
          const isSelected = name === selected?.name
          return (
            <button
              key={name}
              type="button"
              role="tab"
              data-tab={name}
              aria-selected={isSelected}
              tabIndex={isSelected ? 0 : -1}
              onClick={() => onOpen(name)}
            >
              {title}
            </button>
          )
        })}
      </div>
      <div class="tab-panel" role="tabpanel" aria-label={selected?.title} tabIndex={0}>
        {selected?.content()}
      </div>
    </div>
  )
}
