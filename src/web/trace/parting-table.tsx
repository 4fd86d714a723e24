import type { StepRow } from '../../report/explorer/index.js'
import { laneClass, laneLetter, taskName, type TraceModel } from './model.js'
import type { OtherTrace } from './use-what-if.js'

const BEFORE = 2
const AFTER = 5

interface PartingTableProps {
  readonly model: TraceModel
  readonly found: OtherTrace
  /** What is different about the other trace. */
  readonly name: string
}

/** The steps around the place where two traces part, side by side. */
export function PartingTable({ model, found, name }: PartingTableProps) {
  const { parts } = found.whatIf
  if (parts === null) return null
  return (
    <div class="parting">
      <Side title="This trace" model={model} from={parts.at - BEFORE} parts={parts.at} />
      <Side title={`With ${name}`} model={found.model} from={found.parting - BEFORE} parts={found.parting} />
    </div>
  )
}

interface SideProps {
  readonly title: string
  readonly model: TraceModel
  readonly from: number
  readonly parts: number
}

function Side({ title, model, from, parts }: SideProps) {
  const steps = model.rows.filter((row): row is StepRow => row.kind === 'step' && row.at >= from && row.at < parts + AFTER)
  return (
    <section aria-label={title}>
      <h2>{title}</h2>
      <ol>
        {steps.map((row) => (
          <li key={row.at} class={`${laneClass(row.task)} ${row.at < parts ? 'common' : 'own'}`}>
            <span class="muted">{row.at + 1}</span>
            <b title={taskName(model, row.task)}>{laneLetter(row.task)}</b>
            <span class="mono">{row.text}</span>
          </li>
        ))}
      </ol>
    </section>
  )
}
