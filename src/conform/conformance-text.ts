import type { Palette } from '../report/palette.js'
import type { Conformance, Difference, FieldDifference, TierResult } from './conformance.js'
import type { Observation } from './record.js'
import { operationText } from './sequence.js'

const TIERS: Record<TierResult['tier'], string> = {
  recorded: 'recorded',
  T0: 'T0 calls',
  T1: 'T1 state',
  T2: 'T2 held',
}

/** The differences, each with what both sides did step by step, and a line for every tier. */
export function conformanceText(conformance: Conformance, palette: Palette): string {
  const differences = conformance.tiers.flatMap((tier) => [
    ...tier.differences.map((difference) => differenceText(tier, difference, palette)),
    ...tier.mismatches.map((mismatch) => `${palette.bad(`${tier.fs}, ${TIERS[tier.tier]}:`)} ${mismatch}\n`),
  ])
  return [...differences, summaryText(conformance, palette)].join('\n')
}

/** What ran, what did not and why, and how it ended. */
function summaryText({ tiers, stopped }: Conformance, palette: Palette): string {
  const lines = tiers.map((tier) => `${TIERS[tier.tier].padEnd(9)} ${tier.fs.padEnd(5)} ${resultText(tier, palette)}`)
  return `${[...lines, ...(stopped ? ['Stopped before everything was compared.'] : [])].join('\n')}\n`
}

function resultText({ skipped, of, compared, differing, unrepeatable, release, seconds }: TierResult, palette: Palette): string {
  if (skipped !== null) return `skipped: ${skipped}`
  const verdict = differing === 0 ? palette.good('no difference') : palette.bad(`${differing} differ`)
  const again = unrepeatable === 0 ? '' : `, ${unrepeatable} differed once and not again`
  return `${compared} ${of}, ${verdict}${again} (Linux ${release}, ${seconds.toFixed(1)} s)`
}

/** Both sides' traces: each step, what it returned, and what it changed; where they differ, one line for each side. */
export function differenceText({ fs, tier }: Pick<TierResult, 'fs' | 'tier'>, difference: Difference, palette: Palette): string {
  const { kernel, fields } = difference
  const first = fields[0]
  const title = `${fs}, ${TIERS[tier]}, seed ${kernel.seed}: ${first?.field ?? 'nothing'} differs`
  const steps = kernel.steps.flatMap((step, index) => {
    const before = kernel.observations[index - 1]
    const now = kernel.observations[index]
    if (now === undefined) return []
    const here = fields.filter((field) => field.step === index)
    const changed = changes(before, now).filter(({ field }) => !here.some((other) => other.field === field))
    return [
      `${String(index + 1).padStart(3)}  ${palette.strong(operationText(step))}`,
      ...changed.map(({ field, text }) => palette.faint(`     ${field.padEnd(FIELD_WIDTH)} ${text}`)),
      ...here.flatMap((field) => bothSides(field, palette)),
    ]
  })
  const atEnd = fields.filter((field) => field.step >= kernel.steps.length)
  const end = atEnd.length === 0 ? [] : ['     at the end', ...atEnd.flatMap((field) => bothSides(field, palette))]
  const events = difference.events.length === 0 ? [] : ['', "  The kernel's tracepoints during that step:", ...difference.events.map((event) => `    ${event}`)]
  return `${[palette.bad(title), '', ...steps, ...end, ...events].join('\n')}\n`
}

const FIELD_WIDTH = 18

function bothSides({ field, expected, actual }: FieldDifference, palette: Palette): readonly string[] {
  return [
    palette.bad(`  != ${field.padEnd(FIELD_WIDTH)} kernel ${expected}`),
    palette.bad(`     ${''.padEnd(FIELD_WIDTH)} model  ${actual}`),
  ]
}

/** The result, and fields of the state that are not as they were a step before. */
function changes(before: Observation | undefined, now: Observation): readonly { readonly field: string; readonly text: string }[] {
  const outcome = [{ field: 'result', text: String(now.result) }, ...(now.data === '' ? [] : [{ field: 'data', text: now.data }])]
  const parts = (['main', 'other', 'memory'] as const).flatMap((part) => {
    const old: Readonly<Record<string, unknown>> = { ...before?.[part] }
    const entries = Object.entries(now[part] ?? {}).filter(([name, value]) => before !== undefined && old[name] !== value)
    return entries.map(([name, value]) => ({ field: `${part}.${name}`, text: String(value) }))
  })
  return [...outcome, ...parts]
}
