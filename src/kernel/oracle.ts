/** What user code may rely on. */

export const oracle = {}

export const oracleInlines = {}
