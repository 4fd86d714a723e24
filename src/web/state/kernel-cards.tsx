/** Files, page tables, devices and I/O. */
import { useContext } from 'preact/hooks'
import type {
  BioCard as BioData,
  DiskCard as DiskData,
  FileCard as FileData,
  ProcessCard as ProcessData,
  Scene,
} from '../../report/explorer/index.js'
import { Bits, Card, Line, StateContext, Value, Words } from './parts.js'

export function FileCard({ file }: { readonly file: FileData }) {
  const { name } = file
  return (
    <Card title={name} aside={file.disk === null ? 'file' : `file on ${file.disk}`}>
      <dl>
        {file.fields.map((field) => (
          <Line key={field.name} name={field.name}>
            <Value field={field} label={`${name} ${field.name}`} />
          </Line>
        ))}
        {file.pages.map((page) => (
          <FilePage key={page.index} name={name} page={page} />
        ))}
        {file.extents.length > 0 && (
          <Line name="extents">
            <Words words={file.extents} label={`${name} extent`} />
          </Line>
        )}
      </dl>
    </Card>
  )
}

/** One index of a file: what is cached there, and what is on the device. */
function FilePage({ name, page }: { readonly name: string; readonly page: FileData['pages'][number] }) {
  const label = `${name} index ${page.index}`
  return (
    <Line name={`index ${page.index}`}>
      {page.slot !== null && <Value field={page.slot} label={label} />}
      {page.tags.some((tag) => tag.value || tag.changed) && <Bits bits={page.tags} label={label} />}
      {page.entry !== null && <Value field={page.entry} label={`${name} DAX entry ${page.index}`} />}
      {page.entryWaiters.length > 0 && <span class="muted">awaited by {page.entryWaiters.join(', ')}</span>}
      {page.block.length > 0 && (
        <span class="below">
          <span class="muted">on the device </span>
          <Words words={page.block} label={`${label} on the device`} />
        </span>
      )}
      {page.media.length > 0 && (
        <span class="below">
          <span class="muted">on the media </span>
          <Words words={page.media} label={`${label} on the media`} />
        </span>
      )}
    </Line>
  )
}

export function ProcessCard({ process }: { readonly process: ProcessData }) {
  const { name } = process
  return (
    <Card title={name} aside="page table">
      <dl>
        {process.entries.map((entry) => (
          <Line key={entry.address} name={`${entry.area} ${entry.address}`}>
            <Value field={entry.target} label={`${name} entry ${entry.address}`} text={[entry.target.value, ...entry.bits].join(' ').trim()} />
            {(entry.tlb.value !== '' || entry.tlb.changed) && (
              <>
                <span class="muted"> TLB </span>
                <Value field={entry.tlb} label={`${name} TLB ${entry.address}`} />
              </>
            )}
          </Line>
        ))}
        {process.huge.map(({ address, entry, bits }) => (
          <Line key={`huge ${address}`} name={`pmd ${address}`}>
            <Value field={entry} label={`${name} pmd ${address}`} text={[entry.value, ...bits].join(' ').trim()} />
          </Line>
        ))}
        {process.areas.map((area) => (
          <Line key={area.name} name="area">
            <span class="mono">{area.name}</span>
            <span class="muted">
              {' '}
              {area.file === null ? 'anonymous' : `of ${area.file}`}, {area.shared ? 'shared' : 'private'}{' '}
            </span>
            <Value field={area.linked} label={`${area.name} linked`} text={area.linked.value ? 'mapped' : 'unmapped'} />
          </Line>
        ))}
      </dl>
    </Card>
  )
}

export function DiskCard({ disk }: { readonly disk: DiskData }) {
  return (
    <Card title={disk.name} aside="device">
      <dl>
        {disk.blocks.map((block) => (
          <Line key={block.block} name={`block ${block.block}`}>
            <Value field={block.state} label={`${disk.name} block ${block.block}`} />
            <Words words={block.words} label={`${disk.name} block ${block.block}`} />
          </Line>
        ))}
      </dl>
    </Card>
  )
}

export function BioCard({ bio }: { readonly bio: BioData }) {
  const { taskName } = useContext(StateContext)
  return (
    <Card title={taskName(bio.task)} aside={bio.status}>
      <p class="mono">
        {bio.op} {bio.pages.join(', ')} <span class="muted">for</span> {bio.file} <span class="muted">index</span> {bio.index}
      </p>
    </Card>
  )
}

export function ListCard({ list }: { readonly list: Scene['lists'][number] }) {
  const { choose } = useContext(StateContext)
  return (
    <Card title={list.name} aside="list">
      <button type="button" class="value" data-changed={list.changed} onClick={() => choose({ object: list.object, label: list.name })}>
        {list.entries.length === 0 ? 'empty' : list.entries.join(', ')}
      </button>
    </Card>
  )
}
