import type { Contributor, PageCard as PageData } from '../../report/explorer/index.js'
import { Bits, Card, Line, Value, Words } from './parts.js'

/** A physical page: what the kernel knows of it, who holds it, and what is in it. */
export function PageCard({ page }: { readonly page: PageData }) {
  const { name } = page
  if (isIdle(page)) return <Card title={name} aside={usage(page)} isFaint />
  return (
    <Card title={name} aside={usage(page)} isFaint={!page.live} isChanged={page.use.changed}>
      <dl>
        <Line name="flags">
          <Bits bits={page.flags} label={name} />
        </Line>
        <Line name="refcount">
          <Value field={page.refcount} label={`${name} refcount`} />
          <Contributors of={page.references} />
        </Line>
        {page.mapcount !== null && (page.mapcount.value > 0 || page.mapcount.changed) && (
          <Line name="mapcount">
            <Value field={page.mapcount} label={`${name} mapcount`} />
            <Contributors of={page.mappings} />
          </Line>
        )}
        <Line name="mapping">
          <Value field={page.mapping} label={`${name} mapping`} />
          <span class="muted"> index </span>
          <Value field={page.index} label={`${name} index`} />
        </Line>
        {page.more.map((field) => (
          <Line key={field.name} name={field.name}>
            <Value field={field} label={`${name} ${field.name}`} />
          </Line>
        ))}
        {page.words.length > 0 && (
          <Line name="data">
            <Words words={page.words} label={`${name} data`} />
          </Line>
        )}
      </dl>
    </Card>
  )
}

/** Free, and nothing about it that should not be so: there is nothing to say. */
function isIdle({ live, use, flags, refcount, mapcount, mapping }: PageData): boolean {
  const fields = [use, refcount, mapping, ...flags]
  const isClean = refcount.value === 0 && (mapcount?.value ?? 0) === 0 && !flags.some((flag) => flag.value)
  return !live && isClean && !fields.some(({ changed }) => changed)
}

/** Which use of the memory it is: what a pointer to an earlier one has no claim to. */
function usage({ live, use: { value: use } }: PageData): string {
  if (!live) return use === 0 ? 'free' : `free; was used ${use} ${use === 1 ? 'time' : 'times'}`
  return `in use, incarnation ${use}`
}

/** Who holds the references, so that they add up. */
function Contributors({ of }: { readonly of: readonly Contributor[] }) {
  if (of.length === 0) return null
  return (
    <span class="contributors">
      {of.map((one) => (
        <span key={one.text} data-kind={one.kind}>
          {one.count === 1 ? '' : `${one.count} × `}
          {one.text}
        </span>
      ))}
    </span>
  )
}
