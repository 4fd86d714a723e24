/** `heddle/diagram`: reads race diagrams out of texts and mails, says how it understood them, and writes them. */
export { DiagramError } from './diagram-error.js'
export { explainDiagram, splitLines, type Explained } from './explain.js'
export { readMails, type MailDiagram, type MailMessage } from './mail.js'
export { NameMatcher, type Found, type Meaning, type Model, type StepMatch } from './names.js'
export { isOperation, operationText, type Effect, type Operation } from './operations.js'
export { findDiagrams, readDiagram } from './read.js'
export type * from './types.js'
export { writeDiagram, type WriteOptions } from './write.js'
