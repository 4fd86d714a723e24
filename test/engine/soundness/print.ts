/** Programs of the little language as readable code. */
import type { Ast, Cond, Expr, ObjectDecl, PointerOp, Stmt, Test } from './ast.js'

const exprText = (e: Expr): string =>
  typeof e === 'number' ? String(e) : e.plus === 0 ? `r${e.local}` : `r${e.local} + ${e.plus}`

const testText = (t: Test): string =>
  'local' in t ? `r${t.local} ${t.cmp} ${t.value}` : `p${t.pointer} ${t.isNull ? '===' : '!=='} null`

const pointerText = (p: number | null): string => (p === null ? 'null' : `p${p}`)

class Printer {
  private readonly lines: string[] = []

  constructor(private readonly ast: Ast) {}

  print(): string {
    for (const object of this.ast.objects) this.lines.push(this.declaration(object))
    for (const task of this.ast.tasks) {
      this.lines.push(`${task.start ? 'task' : 'dynamic task'}${task.context === 'irq' ? ' (irq)' : ''} ${task.name} {`)
      this.block(task.body, 1)
      this.lines.push('}')
    }
    const last = this.ast.finally
    if (last !== null) this.lines.push(`finally assert(${this.cond(last.cond)}, '${last.message}')`)
    if (this.ast.livelocks) this.lines.push('// cycles without progress are failures')
    if (this.ast.own) this.lines.push('// locals in task-private memory')
    return this.lines.join('\n')
  }

  private name(object: number): string {
    return this.ast.objects[object]?.name ?? `object${object}`
  }

  private declaration(o: ObjectDecl): string {
    switch (o.type) {
      case 'cell':
      case 'counter':
      case 'struct':
        return `${o.type} ${o.name} = ${o.init}`
      case 'flags':
        return `flags ${o.name}(${o.bits.join(', ')}) = ${o.init}`
      case 'list':
        return `list ${o.name} = [${o.init.join(', ')}]`
      case 'ref':
        return `ref ${o.name} = ${o.init ?? 'null'}`
      case 'pool':
        return `pool ${o.name}[${o.size}]${o.generations ? ' with generations' : ''}`
      default:
        return `${o.type} ${o.name}`
    }
  }

  private block(body: readonly Stmt[], depth: number): void {
    for (const s of body) this.statement(s, depth)
  }

  private statement(s: Stmt, depth: number): void {
    const put = (text: string): number => this.lines.push('  '.repeat(depth) + text)
    const nest = (head: string, body: readonly Stmt[], tail: string): void => {
      put(head)
      this.block(body, depth + 1)
      put(tail)
    }
    switch (s.k) {
      case 'op':
        put(`${s.dst === null ? '' : `r${s.dst} = `}${this.name(s.obj)}.${s.op}(${s.args.map(exprText).join(', ')})`)
        return
      case 'pointer':
        put(this.pointer(s.op))
        return
      case 'let':
        put(`r${s.dst} = ${exprText(s.value)}`)
        return
      case 'if':
        nest(`if (${testText(s.test)}) {`, s.then, s.else.length > 0 ? '} else {' : '}')
        if (s.else.length > 0) {
          this.block(s.else, depth + 1)
          put('}')
        }
        return
      case 'call':
        nest(`${s.times === 1 ? '' : `${s.times} times `}fn ${s.fn} {`, s.body, '}')
        return
      case 'repeat':
        nest('repeat {', s.body, `} until (${testText(s.until)})`)
        return
      case 'locked':
        nest(`with ${this.name(s.lock)} (${s.mode}) {`, s.body, '}')
        return
      case 'until':
        put(`until(${this.cond(s.cond)}, '${s.what}'${s.lostIf === null ? '' : `, lost if ${this.cond(s.lostIf)}`})`)
        return
      case 'wait':
        put(`${this.name(s.queue)}.wait(${this.cond(s.cond)}, '${s.what}')`)
        return
      case 'doze':
        put(`${this.name(s.queue)}.sleep('${s.what}'${s.lostIf === null ? '' : `, lost if ${this.cond(s.lostIf)}`})`)
        return
      case 'choose':
        put(`r${s.dst} = choose(${s.n})`)
        return
      case 'assert':
      case 'warn':
        put(`${s.k}(${testText(s.test)}, '${s.message}')`)
        return
      case 'fail':
        put(`fail('${s.message}')`)
        return
      case 'start':
        put(`start ${this.ast.tasks[s.task]?.name ?? '?'}(${exprText(s.arg)})`)
        return
      case 'join':
        put(`join ${this.ast.tasks[s.task]?.name ?? '?'}`)
        return
      case 'sleep':
        put(`mightSleep('${s.what}')`)
        return
      case 'progress':
        put('progress()')
        return
      case 'yield':
        put(`yield('${s.label}')`)
        return
    }
  }

  private pointer(op: PointerOp): string {
    switch (op.op) {
      case 'alloc':
        return `p${op.dst} = ${this.name(op.pool)}.alloc()`
      case 'free':
        return `if (p${op.p} is of ${this.name(op.pool)}) ${this.name(op.pool)}.free(p${op.p})`
      case 'load':
        return `p${op.dst} = ${this.name(op.ref)}.get()`
      case 'store':
        return `${this.name(op.ref)}.set(${pointerText(op.p)})`
      case 'compareExchange':
        return `r${op.dst} = ${this.name(op.ref)}.compareExchange(${pointerText(op.expect)}, ${pointerText(op.p)})`
      case 'get':
        return `r${op.dst} = p${op.p}.v.get()`
      case 'set':
        return `p${op.p}.v.set(${exprText(op.value)})`
    }
  }

  private cond(c: Cond): string {
    switch (c.k) {
      case 'cell':
      case 'counter':
        return `${this.name(c.obj)} === ${c.eq}`
      case 'flag': {
        const flags = this.ast.objects[c.obj]
        const bit = flags?.type === 'flags' ? flags.bits[c.bit] : '?'
        return `${c.set ? '' : '!'}${this.name(c.obj)}.${bit}`
      }
      case 'list':
        return `${c.empty ? '' : '!'}${this.name(c.obj)}.isEmpty`
      case 'null':
        return `${this.name(c.obj)} ${c.isNull ? '===' : '!=='} null`
      case 'and':
      case 'or':
        return `(${this.cond(c.a)} ${c.k === 'and' ? '&&' : '||'} ${this.cond(c.b)})`
    }
  }
}

export function printAst(ast: Ast): string {
  return new Printer(ast).print()
}
