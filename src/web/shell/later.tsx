import type { FunctionComponent } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import type { View } from '../../report/explorer/index.js'

export type PageOf = FunctionComponent<{ readonly view: View }>

interface LaterProps {
  /** The same function at every call: it is what tells pages apart. */
  readonly load: () => Promise<PageOf>
  readonly view: View
}

/** A page whose code is loaded when it is first opened. */
export function Later({ load, view }: LaterProps) {
  const [loaded, set] = useState<{ readonly load: LaterProps['load']; readonly page: PageOf } | null>(null)
  const [error, fail] = useState<string | null>(null)
  useEffect(() => {
    load().then(
      (page) => set({ load, page }),
      (reason: unknown) => fail(reason instanceof Error ? reason.message : String(reason)),
    )
  }, [load])
  if (error !== null) {
    return (
      <main class="content" id="content" tabIndex={-1}>
        <p class="notice bad" role="alert">
          The page could not be loaded: {error}
        </p>
      </main>
    )
  }
  if (loaded?.load !== load) return <main class="content" id="content" tabIndex={-1} aria-busy="true" />
  const Page = loaded.page
  return <Page view={view} />
}
