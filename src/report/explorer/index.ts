/**
 * What the explorer's user interface is built on: situations (a schedule that was run, and how it can go on), scenes (the state of
 * everything at one step), lanes (the rows of the trace view), exports and links. Nothing here knows a browser.
 */
export type * from '../../engine/recording.js'
export type { Source } from '../../kernel/sources.js'
export { movesAfter } from '../../engine/next-moves.js'
export { runOn } from '../../engine/walk-on.js'
export { whatIf, type Parting, type WhatIf } from '../../engine/what-if.js'
export { situation, tokenAt, type Situation } from './situation.js'
export type * from './scene.js'
export { Scenes } from './scenes.js'
export { lanes, type CallRow, type LaneRow, type StepRow, type SwitchRow } from './lanes.js'
export { decodeLink, encodeLink, LinkError, type View } from './link.js'
export { perfetto } from '../perfetto.js'
export { diagramSvg } from '../diagram-svg.js'
export { traceJson } from '../trace-json.js'
