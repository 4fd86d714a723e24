import { races } from '../../races/index.js'
import { EXIT, type ExitCode } from '../exit-code.js'
import type { Host } from '../host.js'
import { catalogueJson, catalogueText } from '../catalogue-text.js'

/** `heddle list` */
export function list(options: { readonly json?: true }, host: Host): ExitCode {
  host.stdout.write(options.json === true ? catalogueJson(races) : catalogueText(races))
  return EXIT.holds
}
