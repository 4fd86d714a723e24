/** The diagram of a trace as a picture that stands on its own. */
import type { Trace } from '../engine/result.js'
import type { DiagramOptions } from './diagram.js'

/** SVG with light and dark colours, a title and a description. */
export declare function diagramSvg(trace: Trace, options?: DiagramOptions): string
