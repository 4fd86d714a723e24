/** A file of its own, because tables of functions that are linked into the kernel come beside patches, too. */
import type { Patch, Replacements } from './kernel.js'

export function patch(name: string, replacements: Replacements): Patch {
  return { name, replacements }
}
