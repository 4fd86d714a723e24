/** What the explorer has run in its workers. It brings the engine along, and the kernel's model. */
export { movesAfter } from '../../engine/next-moves.js'
export { runOn } from '../../engine/walk-on.js'
export { whatIf } from '../../engine/what-if.js'
export { situation } from './situation.js'
