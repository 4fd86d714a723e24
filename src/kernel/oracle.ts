/** What user code may rely on. */

export const oracleObservations = {}

export const oracleInlines = {}
