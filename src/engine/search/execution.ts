import type { Access, Dependence } from '../operation.js'

/**
 * An execution that grows and shrinks at its end, with its happens-before relation as vector clocks: for each event and each
 * task, the position + 1 of the task's last event that happens before the event, or is it. An event is a step of a task,
 * and what it touched.
 */
export class Execution {
  length = 0
  private readonly taskOf: number[] = []
  private readonly accessesOf: (readonly Access[])[] = []
  /** Rows of clocks: row 0 is before everything, row p + 1 belongs to the event at position p. */
  private clocks: Int32Array
  /** For each task, the row of its last event, or of the event that started it. */
  private readonly rows: Int32Array
  /** For each event, the row its task had before, and the tasks that the event started. */
  private readonly rowBefore: number[] = []
  private readonly started: number[] = []
  /** For each location, the positions of the events that touch it. */
  private readonly positions = new Map<number, number[]>()
  /** The clock that the next event of a task would have. */
  private readonly next: Int32Array
  private readonly base: Int32Array

  constructor(
    private readonly tasks: number,
    private readonly dependence: Dependence,
  ) {
    this.clocks = new Int32Array(64 * tasks)
    this.rows = new Int32Array(tasks)
    this.next = new Int32Array(tasks)
    this.base = new Int32Array(tasks)
  }

  taskAt(position: number): number {
    return this.taskOf[position] as number
  }

  accessesAt(position: number): readonly Access[] {
    return this.accessesOf[position] as readonly Access[]
  }

  /** Whether the event at `earlier` happens before the one at `later`. */
  happensBefore(earlier: number, later: number): boolean {
    return (this.clocks[(later + 1) * this.tasks + this.taskAt(earlier)] as number) > earlier
  }

  /** Whether one of the events at `earlier` happens before the one at `later`. */
  anyHappensBefore(earlier: readonly number[], later: number): boolean {
    for (const position of earlier) if (this.happensBefore(position, later)) return true
    return false
  }

  /** Whether the event at `earlier` happens before what `task` did last. */
  happensBeforeTask(earlier: number, task: number): boolean {
    return (this.clocks[(this.rows[task] as number) * this.tasks + this.taskAt(earlier)] as number) > earlier
  }

  /**
   * Calls `found` for every earlier event, last first, that an operation of `task` with these accesses is in a race with:
   * the two conflict and nothing orders them. For an operation that can be blocked, events that are ordered by their own
   * conflict with it count too, for they may be what blocked it.
   */
  races(task: number, accesses: readonly Access[], canBlock: boolean, found: (position: number) => void): void {
    const { next, tasks } = this
    const from = (this.rows[task] as number) * tasks
    for (let i = 0; i < tasks; i++) next[i] = this.clocks[from + i] as number
    const ordered = canBlock ? this.base : next
    if (canBlock) ordered.set(next)
    const [only] = accesses
    if (only === undefined) return
    const positions = accesses.length === 1 ? this.positions.get(only.location) : this.positionsOf(accesses)
    if (positions === undefined) return
    for (let i = positions.length - 1; i >= 0; i--) {
      const position = positions[i] as number
      const other = this.taskAt(position)
      if (other === task || (ordered[other] as number) > position) continue
      if (!this.dependence(this.accessesAt(position), accesses)) continue
      found(position)
      const row = (position + 1) * tasks
      for (let j = 0; j < tasks; j++)
        if ((this.clocks[row + j] as number) > (next[j] as number)) next[j] = this.clocks[row + j] as number
    }
  }

  /** Appends the event that `races` was last asked about, and the tasks (a mask) that it started. */
  push(task: number, accesses: readonly Access[]): void {
    const position = this.length++
    this.taskOf[position] = task
    this.accessesOf[position] = accesses
    const row = position + 1
    if ((row + 1) * this.tasks > this.clocks.length) {
      const larger = new Int32Array(this.clocks.length * 2)
      larger.set(this.clocks)
      this.clocks = larger
    }
    this.next[task] = row
    this.clocks.set(this.next, row * this.tasks)
    this.rowBefore[position] = this.rows[task] as number
    this.started[position] = 0
    this.rows[task] = row
    for (const { location } of accesses) {
      const known = this.positions.get(location)
      if (known === undefined) this.positions.set(location, [position])
      else known.push(position)
    }
  }

  /** Says that the last event started the tasks of a mask. */
  starts(mask: number): void {
    const position = this.length - 1
    this.started[position] = mask
    for (let task = 0; task < this.tasks; task++) if (mask & (1 << task)) this.rows[task] = position + 1
  }

  /** Takes the last event back; its task. */
  pop(): number {
    const position = --this.length
    const task = this.taskAt(position)
    for (const { location } of this.accessesAt(position)) this.positions.get(location)?.pop()
    const started = this.started[position] as number
    if (started !== 0) for (let other = 0; other < this.tasks; other++) if (started & (1 << other)) this.rows[other] = 0
    this.rows[task] = this.rowBefore[position] as number
    return task
  }

  private positionsOf(accesses: readonly Access[]): readonly number[] {
    const all = new Set<number>()
    for (const { location } of accesses) for (const position of this.positions.get(location) ?? []) all.add(position)
    return [...all].sort((x, y) => x - y)
  }
}
