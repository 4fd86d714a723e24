/** `heddle/diagram`: reads race diagrams out of texts and mails, says how it understood them, and writes them. */
export { DiagramError } from './diagram-error.js'
export { findDiagrams, readDiagram } from './read.js'
export type * from './types.js'
