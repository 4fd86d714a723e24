/** One task of a program, or one instance of a task that is started while the program runs. */
export interface Task {
  readonly name: string
  readonly context: 'task' | 'irq'
  /** Slot of its local state. */
  readonly slot: number
  /** Slot of the number of spinlocks it holds. */
  readonly atomicSlot: number
  /** Runs the task's function with the argument that has this value code. */
  run(argument: number): void
}
