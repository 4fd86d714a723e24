/** Makes a program with a property smaller while it keeps the property. */
import type { Ast, Stmt, TaskDecl } from './ast.js'

/** Tries ever smaller programs; `keeps` says whether one still has what is looked for. */
export function shrink(ast: Ast, keeps: (smaller: Ast) => boolean): Ast {
  let best = ast
  for (let smaller = firstThat(best, keeps); smaller !== undefined; smaller = firstThat(best, keeps)) best = smaller
  return best
}

function firstThat(ast: Ast, keeps: (smaller: Ast) => boolean): Ast | undefined {
  for (const candidate of candidates(ast)) {
    if (keeps(candidate)) return candidate
  }
  return undefined
}

function* candidates(ast: Ast): Iterable<Ast> {
  for (let t = 0; t < ast.tasks.length; t++) {
    const task = ast.tasks[t] as TaskDecl
    if (task.body.length > 0) yield withTask(ast, t, { ...task, body: [] })
  }
  if (ast.finally !== null) yield { ...ast, finally: null }
  if (ast.livelocks) yield { ...ast, livelocks: false }
  if (ast.own) yield { ...ast, own: false }
  for (let t = 0; t < ast.tasks.length; t++) {
    const task = ast.tasks[t] as TaskDecl
    for (const body of smallerBodies(task.body)) yield withTask(ast, t, { ...task, body })
  }
  const last = ast.tasks.length - 1
  const isNamed = JSON.stringify(ast.tasks).includes(`"task":${last}`)
  if (!isNamed && ast.tasks[last]?.body.length === 0) yield { ...ast, tasks: ast.tasks.slice(0, last) }
}

function withTask(ast: Ast, t: number, task: TaskDecl): Ast {
  return { ...ast, tasks: ast.tasks.map((old, i) => (i === t ? task : old)) }
}

/** Bodies with one statement less, or with one replaced by what is in it, or by a smaller one. */
function* smallerBodies(body: readonly Stmt[]): Iterable<readonly Stmt[]> {
  for (let i = 0; i < body.length; i++) {
    const s = body[i] as Stmt
    const replaced = (...by: readonly Stmt[]): readonly Stmt[] => [...body.slice(0, i), ...by, ...body.slice(i + 1)]
    yield replaced()
    switch (s.k) {
      case 'if':
        yield replaced(...s.then)
        yield replaced(...s.else)
        for (const then of smallerBodies(s.then)) yield replaced({ ...s, then })
        for (const otherwise of smallerBodies(s.else)) yield replaced({ ...s, else: otherwise })
        break
      case 'call':
        if (s.times > 1) yield replaced({ ...s, times: 1 })
        yield replaced(...s.body)
        for (const inner of smallerBodies(s.body)) yield replaced({ ...s, body: inner })
        break
      case 'repeat':
        yield replaced(...s.body)
        // without a step it would not come to an end
        for (const inner of smallerBodies(s.body)) if (inner.some((one) => one.k === 'op')) yield replaced({ ...s, body: inner })
        break
      case 'locked':
        yield replaced(...s.body)
        for (const inner of smallerBodies(s.body)) yield replaced({ ...s, body: inner })
        break
      default:
    }
  }
}
