/**
 * What the explorer's user interface is built on: scenes (the state of everything at one step), lanes (the rows of the trace view),
 * exports and links. Nothing here knows a browser, nor runs a program: that is in running.ts, for workers.
 */
export type * from '../../engine/recording.js'
export type { Parting, WhatIf } from '../../engine/what-if.js'
export type { Source } from '../../kernel/sources.js'
export type { Situation } from './situation.js'
export { tokenAt } from './token-at.js'
export type * from './scene.js'
export { Scenes } from './scenes.js'
export { lanes, type CallRow, type LaneRow, type StepRow, type SwitchRow } from './lanes.js'
export { decodeLink, encodeLink, LinkError, type View } from './link.js'
export { perfetto } from '../perfetto.js'
export { diagramSvg } from '../diagram-svg.js'
export { traceHtml, type TraceFile } from '../trace-html.js'
export { traceJson } from '../trace-json.js'
