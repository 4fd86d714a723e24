/** Sizes beyond which a text is no diagram. Each is many times what was ever seen in an email. */

/** Characters of one text. The reader is linear, so that this is about patience: a fraction of a second. */
export const TEXT_MAX = 4 * 1024 * 1024
/** Lines of one text. */
export const LINES_MAX = 40_000
/** Diagrams of one text; of a mail there are a handful. */
export const DIAGRAMS_MAX = 500
/** Actors. Five were seen. */
export const COLUMNS_MAX = 8
/** Characters of a line that may be part of a diagram, after expanding tabs. */
export const LINE_MAX = 400
/** Lines of one diagram. */
export const ROWS_MAX = 400
/** Names that a pattern with braces or brackets may stand for. */
export const EXPANSIONS_MAX = 64
/** How often a text is searched for columns under a line that may or may not be a header. */
export const TRIALS_MAX = 100
/** Share of control characters, in percent, from which on a text is taken for something else. */
export const CONTROL_PERCENT_MAX = 2
