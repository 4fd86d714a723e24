/**
 * What a race diagram says, as plain data, and where in the text it says it.
 *
 * A diagram is two or more columns, one for each actor, with time running downwards. The reader (`read.ts`) makes it of
 * what people type into an email; the writer (`write.ts`) makes such a text of it; nothing here knows a kernel function.
 */

/** A piece of one line of the text that was read. Offsets count UTF-16 units from the start of the whole text. */
export interface Span {
  /** 1-based line of the text. */
  readonly line: number
  readonly start: number
  /** Exclusive. */
  readonly end: number
}

/** What a text was found to contain. `text` is what all spans and line numbers of its diagrams refer to. */
export interface Reading {
  readonly text: string
  readonly diagrams: readonly Diagram[]
  /** Places that look like a diagram and could not be read as one. */
  readonly rejected: readonly SkippedLine[]
}

/**
 * How the columns were told apart: by position; by bars (also Markdown and org tables); by headed blocks
 * (`--- thread A ---`), one actor at a time; or there is one column only.
 */
export type DiagramForm = 'columns' | 'bars' | 'blocks' | 'single'

/** `sure`: headers and cells agree. `likely`: a few cells had to be assigned by distance. `guess`: say so before using it. */
export type Confidence = 'sure' | 'likely' | 'guess'

export interface Diagram {
  /** The whole text this diagram was found in. */
  readonly text: string
  /** 1-based lines of the text, both inclusive: from the header or prelude to the last row or verdict. */
  readonly firstLine: number
  readonly lastLine: number
  readonly form: DiagramForm
  readonly confidence: Confidence
  /** From left to right, or in order of appearance for blocks. */
  readonly columns: readonly Column[]
  /** What stands above the header and belongs to the diagram: set-up calls, `// state` remarks. In no column, in order. */
  readonly prelude: readonly Cell[]
  /** From the first to the last. Never empty. */
  readonly rows: readonly Row[]
  /** Where the reader guessed. */
  readonly warnings: readonly Warning[]
  /** Lines between the first and the last that are no part of the diagram: pictures, rulers, footnotes. */
  readonly skipped: readonly SkippedLine[]
}

/** One actor: a CPU, a thread, a kernel thread, a system call. */
export interface Column {
  /** As written, without underlines: `CPU0/Process A`, `Task 1 - flusher`; empty if the column has no header. */
  readonly header: string
  /** Who that may be, the most telling first. Empty without a header. */
  readonly names: readonly ActorName[]
  /** Where the header stands; empty without one. Blocks name the same actor several times. */
  readonly spans: readonly Span[]
  /** Where the cells of the column begin, in character cells from the left after expanding tabs; 0 in blocks. */
  readonly position: number
}

/**
 * One reading of a header, of a role comment in the first line of a column (`// IO completion kworker`), or of a label
 * (`io_sq_thread_stop:`).
 *
 * - `place`: a neutral name (CPU1, Thread A, T2, Process B), which says nothing about what runs there,
 *   `text` is the canonical form: `CPU1`, `Thread A`, `Task 1`, `Process B`.
 * - `role`: a kernel thread or a part somebody plays: `writeback`, `kswapd`, `IO completion kworker`, `waiter1`.
 * - `operation`: what the actor does from beginning to end: `sync truncate`, `fallocate(FALLOC_FL_PUNCH_HOLE)`, `mmap1`.
 */
export interface ActorName {
  readonly kind: 'place' | 'role' | 'operation'
  readonly text: string
  /** For an operation that is written as a call, or is one word: the name of a function. */
  readonly call?: Call
}

/** One moment. Rows happen in order; what stands in one row has no order among itself. */
export interface Row {
  /** 1-based first line of the text. */
  readonly line: number
  /** One cell for each column that has something to say; a cell in no column stands alone. Never empty. */
  readonly cells: readonly Cell[]
  /** True if two cells or more of this row are steps: they happen in any order. A warning says so. */
  readonly isUnordered: boolean
  /** True if an empty line stands above: to some writers "later", to others nothing. */
  readonly isAfterGap: boolean
}

/**
 * What a cell is:
 * - `call`: one or more calls of functions, with or without parentheses,
 * - `statement`: any other step: a C statement, a condition without a call, an abbreviation, plain words,
 * - `note`: a comment or remark that is no step (a comment that stands alone, a bullet under a call, a layout),
 * - `elision`: `...`, "(same as mmap1)", "potentially many times": more happens here than is shown,
 * - `event`: something that happens to everybody and stands in no column, or is marked as an event (`<power failure>`),
 * - `context`: the actor is interrupted, switched out, blocked, woken or goes on (`<blocked: …>`, `IRQ`, `schedule`),
 * - `verdict`: what is wrong: `BUG_ON(…)`, `--> UAF`, `*** DEADLOCK ***`, and what the diagram ends with,
 * - `label`: names the actor rather than a step (`// IO completion kworker`, `io_sq_thread_stop:`).
 */
export type CellKind = 'call' | 'statement' | 'note' | 'elision' | 'event' | 'context' | 'verdict' | 'label'

export interface Cell {
  readonly kind: CellKind
  /** Index among the columns; null for what belongs to none, or to all. */
  readonly column: number | null
  /** Depth of calls: 0 is what the column begins with. Levels of indentation, whatever their width. */
  readonly depth: number
  /**
   * What it says in one line: wrapped lines joined, tree marks, bullets, results and comments removed, single blanks.
   * What a `note` says is in here too; its comment marks are not.
   */
  readonly text: string
  /** One for each line the cell stands on, trimmed: what to highlight. */
  readonly spans: readonly Span[]
  /** The calls of a `call` in order of writing (`if (A() && B())` has two), of a `verdict` that names functions, else none. */
  readonly calls: readonly Call[]
  /**
   * True if deeper steps of the same column follow: the call is entered here, and those happen in it.
   * False: the step takes place wholly between the row above and the row below.
   */
  readonly isEntered: boolean
  /** True if the cell is a condition: `if (…)`, `while (…)`, `-> if …`. Entered, its condition came out true. */
  readonly isCondition: boolean
  /** What the run must have given here. Of a step only; taken from the cell and from the remarks behind it. */
  readonly results: readonly ResultConstraint[]
  /** Comments behind the step or below it, without their marks: why, not what. */
  readonly remarks: readonly string[]
  /** For `context`: which change. */
  readonly change?: ContextChange
  /** For `verdict`, also for a step that carries one (`foo() --> UAF`): what is claimed to be wrong, in the diagram's words. */
  readonly verdict?: Verdict
}

/** What a call is taken for; matching it with functions of a model is the business of `names.ts`. */
export interface Call {
  /** As written, without arguments: `gup_{pgd,p4d}_range`, `->page_mkwrite`, `try_to_unmap[_one]`. */
  readonly pattern: string
  /** Names it may stand for, brackets and braces expanded, `->` and qualifiers removed; the most literal first. */
  readonly names: readonly string[]
  /** What stands between the parentheses, in one line; null if there are none. */
  readonly args: string | null
  /** The variable that is given the result: `page` of `page = dio_get_page()`. */
  readonly assigns: string | null
  /** True if written with `!` in front. */
  readonly isNegated: boolean
  readonly span: Span
}

/** What a step gave, as a condition on the run. `call` is the index in `calls` it is about; null if it is about no call. */
export type ResultConstraint = ResultValue & {
  readonly call: number | null
  /** How it is written: `-> fails`. Empty for what is only implied. */
  readonly text: string
  /** `stated` in so many words; `implied`, as by steps inside an `if`. */
  readonly origin: 'stated' | 'implied'
}

export type Relation = '==' | '!=' | '<' | '>' | '<=' | '>='

export type ResultValue =
  /** `-> fails`, `returns an error`, `<- does not get refcount`. */
  | { readonly kind: 'fails' }
  | { readonly kind: 'succeeds' }
  /** `= true`, `// false`, `returns true`. */
  | { readonly kind: 'truth'; readonly value: boolean }
  /** `returns -EBUSY`: the name without sign. */
  | { readonly kind: 'errno'; readonly name: string }
  /** `-> 0`, `== 2`, `// 4096`. */
  | { readonly kind: 'number'; readonly relation: Relation; readonly value: number }
  /** `returns NULL`, `!= NULL`. */
  | { readonly kind: 'null'; readonly isNull: boolean }
  /** `refcount 2 -> 3`, `page0 PG_writeback 1->0`: something changes; `before` is empty if not said. */
  | { readonly kind: 'change'; readonly subject: string; readonly before: string; readonly after: string }
  /** `-> blkaddr #x`: compared as words, if at all. */
  | { readonly kind: 'other'; readonly words: string }

/**
 * - `interrupted`: an interrupt or another task takes over (`IRQ`, `<preempted>`, `... interrupted ...`),
 * - `blocked`: it waits (`blocks`, `<parks on wait list>`, `sleeps`),
 * - `switched`: it gives up the processor of its own (`schedule`),
 * - `woken`: it is made able to run; `continues`: it runs again.
 */
export type ContextChange = 'interrupted' | 'blocked' | 'switched' | 'woken' | 'continues'

/** Kinds of failure a verdict may name; the same words as the failures of the engine, or `other`. */
export interface Verdict {
  readonly claim:
    | 'bug-on'
    | 'vm-bug-on'
    | 'warn-on'
    | 'null-dereference'
    | 'use-after-free'
    | 'refcount'
    | 'data-lost'
    | 'data-stale'
    | 'data-corrupt'
    | 'deadlock'
    | 'lost-wakeup'
    | 'leak'
    | 'other'
  /** As written. */
  readonly text: string
}

export type WarningCode =
  /** A cell begins at no column's position, or a row could be split in another way. */
  | 'column-guessed'
  /** The column has no header, or a header has no cells under it. */
  | 'header-guessed'
  /** Names of actors do not agree: `CPU 0` and `CPU1`, `Task 1` and `Task2`. */
  | 'header-naming'
  /** Several steps in one row: taken as unordered. */
  | 'unordered-row'
  /** A line was taken for the continuation of the cell above it. */
  | 'wrapped-cell'
  /** An indentation fits no level. */
  | 'depth-guessed'
  /** Tabs were taken as 4 blanks, or are mixed with blanks in a way that does not agree. */
  | 'tabs'
  /** A result or a verdict could be meant in another way. */
  | 'meaning-guessed'
  /** The text was damaged on the way: lost line breaks, undecodable bytes, control characters. */
  | 'damaged'

export interface Warning {
  readonly code: WarningCode
  /** 1-based line of the text. */
  readonly line: number
  /** A sentence for the reader, quoting the cell. */
  readonly message: string
}

export interface SkippedLine {
  readonly line: number
  readonly text: string
  readonly reason: string
}

/** What the writer needs of a diagram: every `Diagram` is one, and so are rows made by hand. */
export interface Draft {
  readonly columns: readonly { readonly header: string }[]
  readonly prelude?: readonly DraftCell[]
  readonly rows: readonly { readonly cells: readonly DraftCell[]; readonly isAfterGap?: boolean }[]
}

export interface DraftCell {
  readonly column: number | null
  readonly depth: number
  readonly kind: CellKind
  readonly text: string
  readonly results?: readonly { readonly text: string; readonly origin: 'stated' | 'implied' }[]
  readonly remarks?: readonly string[]
  readonly verdict?: Verdict
}
