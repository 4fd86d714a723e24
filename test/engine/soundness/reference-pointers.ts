/** Pointers and pools as the reference understands them. */
import { INTS, type PointerOp } from './ast.js'
import { LOCALS, isOfPool, type Layout, type RefFailure } from './reference-layout.js'
import { NULL, type Slots } from './reference-objects.js'

export function performPointer(layout: Layout, s: Slots, base: number, op: PointerOp, where: string, failures: RefFailure[]): void {
  const pointer = (p: number | null): string => (p === null ? NULL : (s[base + LOCALS + INTS + p] as string))
  switch (op.op) {
    case 'alloc':
      s[base + LOCALS + INTS + op.dst] = alloc(layout, s, op.pool)
      return
    case 'free':
      free(layout, s, pointer(op.p), where, failures)
      return
    case 'load':
      s[base + LOCALS + INTS + op.dst] = s[layout.slot(op.ref)] as string
      return
    case 'store':
      s[layout.slot(op.ref)] = pointer(op.p)
      return
    case 'compareExchange': {
      const met = s[layout.slot(op.ref)] === pointer(op.expect)
      if (met) s[layout.slot(op.ref)] = pointer(op.p)
      s[base + LOCALS + op.dst] = met ? 1 : 0
      return
    }
    case 'get':
      s[base + LOCALS + op.dst] = s[field(layout, s, pointer(op.p), where, failures)] as number
      return
    case 'set':
      s[field(layout, s, pointer(op.p), where, failures)] = layout.valueOf(s, base, op.value)
      return
  }
}

/** A pointer to an object of a pool is `pool:index:incarnation`; incarnations are odd while the object lives. */
function alloc(layout: Layout, s: Slots, pool: number): string {
  const o = layout.object(pool)
  if (o.type !== 'pool') throw new RangeError('no pool')
  for (let index = 0; index < o.size; index++) {
    const place = layout.slot(pool) + 3 * index
    if (s[place + 1] === 1) continue
    s[place + 1] = 1
    s[place] = o.generations ? (s[place] as number) + 1 : 0
    return `${pool}:${index}:${s[place]}`
  }
  return NULL
}

function free(layout: Layout, s: Slots, pointer: string, where: string, failures: RefFailure[]): void {
  const { name, place, incarnation } = layout.poolObject(pointer)
  if (s[place + 1] === 1 && s[place] === incarnation) s[place + 1] = 0
  else failures.push({ kind: 'use-after-free', where, message: `${name} is freed twice` })
}

/** Slot of the field that a pointer points to. */
function field(layout: Layout, s: Slots, pointer: string, where: string, failures: RefFailure[]): number {
  if (!isOfPool(pointer)) return layout.slot(layout.ast.objects.findIndex((o) => o.name === pointer.slice(7)))
  const { name, place, incarnation } = layout.poolObject(pointer)
  if (s[place + 1] !== 1) failures.push({ kind: 'use-after-free', where, message: `${name} was freed` })
  else if (s[place] !== incarnation) failures.push({ kind: 'use-after-free', where, message: `${name} was freed and allocated again` })
  return place + 2
}
