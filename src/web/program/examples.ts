/** Programs to start from. */
export interface Example {
  /** Name of its file, without the ending. */
  readonly name: string
  readonly text: string
}

let loaded: Promise<readonly Example[]> | undefined

/** `examples.json`: the examples of the repository. @throws Error if they can not be loaded */
export function examples(): Promise<readonly Example[]> {
  loaded ??= fetch(new URL('examples.json', document.baseURI)).then((answer) => answer.json() as Promise<readonly Example[]>)
  return loaded
}
