/**
 * Litmus tests and what the Linux-kernel memory model says of them, as published. The programs are written anew; names,
 * end conditions and verdicts are those of the sources.
 */
import { acq, clearBit, cmpxchg, inc, incReturn, incUnlessZero, lock, mb, r, rel, rmb, setBit, testAndClearBit, testAndSetBit, testBit } from './notation.js'
import { unlock, w, wmb, xchg } from './notation.js'
import type { Thread } from './litmus.js'

/** In how many of the outcomes that the model allows the end condition holds. */
export type Published = 'Always' | 'Sometimes' | 'Never'

export interface Shape {
  readonly name: string
  /** Where the verdict is written. */
  readonly source: string
  readonly verdict: Published
  readonly threads: readonly Thread[]
  /** The end condition: results by `thread:number` in program order, last values by location. */
  readonly exists: Readonly<Record<string, number>>
  /** Why the engine does not agree, where it does not. */
  readonly engine?: Deviation
}

const tree = (file: string): string => `v6.14 tools/memory-model/litmus-tests/${file}.litmus`
const atomic = (file: string): string => `v6.14 Documentation/litmus-tests/atomic/${file}.litmus`
const relAcq = (file: string): string => `github.com/paulmckrcu/litmus luc/RelAcq/C-${file}.litmus`
const manual = (file: string): string => `github.com/paulmckrcu/litmus manual/${file}.litmus`
/** All atomic instructions follow the same rule. */
const ATOMIC_T = 'v6.14 Documentation/atomic_t.txt, ORDERING'
const BITOPS = 'v6.14 Documentation/atomic_bitops.txt, ORDERING'
const RECIPES = 'v6.14 tools/memory-model/Documentation/recipes.txt, rules of thumb'

/**
 * - `load buffering`: the model allows it, by executions in which program order and reads-from make a cycle; not shown.
 * - `reordering between fences`: the model allows it; not shown.
 * - `shown`: the model forbids it by a rule that the engine does not have; shown.
 */
export type Deviation = 'load buffering' | 'reordering between fences' | 'shown'

type Row = readonly [name: string, source: string, verdict: Published, threads: readonly Thread[], engine?: Deviation]

/** Shapes with one end condition in common. */
function family(exists: Shape['exists'], rows: readonly Row[]): readonly Shape[] {
  return rows.map(([name, source, verdict, threads, engine]) => ({ name, source, verdict, threads, exists, ...(engine && { engine }) }))
}

const coherence: readonly Shape[] = [
  ...family({ '1:0': 1, '1:1': 0 }, [['CoRR', tree('CoRR+poonceonce+Once'), 'Never', [[w('x')], [r('x'), r('x')]]]]),
  ...family({ '0:0': 2, x: 2 }, [['CoRW', tree('CoRW+poonceonce+Once'), 'Never', [[r('x'), w('x')], [w('x', 2)]]]]),
  ...family({ '0:0': 2, x: 1 }, [['CoWR', tree('CoWR+poonceonce+Once'), 'Never', [[w('x'), r('x')], [w('x', 2)]]]]),
  ...family({ x: 1 }, [['CoWW', tree('CoWW+poonceonce'), 'Never', [[w('x', 1), w('x', 2)]]]]),
]

/** Message passing. */
const mp: readonly Shape[] = [
  ...family({ '1:0': 1, '1:1': 0 }, [
    ['MP', tree('MP+poonceonces'), 'Sometimes', [[w('x'), w('y')], [r('y'), r('x')]]],
    ['MP+wmb+rmb', tree('MP+fencewmbonceonce+fencermbonceonce'), 'Never', [[w('x'), wmb, w('y')], [r('y'), rmb, r('x')]]],
    ['MP+rel+acq', tree('MP+pooncerelease+poacquireonce'), 'Never', [[w('x'), rel('y')], [acq('y'), r('x')]]],
    ['MP+mb+acq', relAcq('MP+fencembonceonce+poacquireonce'), 'Never', [[w('x'), mb, w('y')], [acq('y'), r('x')]]],
    ['MP+mb+acq late', relAcq('MP+fencembonceonce+poonceacquire'), 'Sometimes', [[w('x'), mb, w('y')], [r('y'), acq('x')]]],
    ['MP+po+acq', relAcq('MP+poonceonce+poacquireonce'), 'Sometimes', [[w('x'), w('y')], [acq('y'), r('x')]]],
    ['MP+rel+mb', relAcq('MP+pooncerelease+fencembonceonce'), 'Never', [[w('x'), rel('y')], [r('y'), mb, r('x')]]],
    ['MP+rel+po', relAcq('MP+pooncerelease+poonceonce'), 'Sometimes', [[w('x'), rel('y')], [r('y'), r('x')]]],
    ['MP+rel early+mb', relAcq('MP+poreleaseonce+fencembonceonce'), 'Sometimes', [[rel('x'), w('y')], [r('y'), mb, r('x')]]],
    ['MP+rel early+acq', relAcq('MP+poreleaseonce+poacquireonce'), 'Sometimes', [[rel('x'), w('y')], [acq('y'), r('x')]]],
    ['MP+wmb+po', RECIPES, 'Sometimes', [[w('x'), wmb, w('y')], [r('y'), r('x')]]],
    ['MP+rmb+rmb', RECIPES, 'Sometimes', [[w('x'), rmb, w('y')], [r('y'), rmb, r('x')]]],
    ['MP+wmb+wmb', RECIPES, 'Sometimes', [[w('x'), wmb, w('y')], [r('y'), wmb, r('x')]]],
    ['MP+locks', tree('MP+polocks'), 'Never', [[w('x'), lock('l'), w('y'), unlock('l')], [lock('l'), r('y'), unlock('l'), r('x')]]],
    ['MP+revlocks', tree('MP+porevlocks'), 'Never', [[lock('l'), w('x'), unlock('l'), w('y')], [r('y'), lock('l'), r('x'), unlock('l')]]],
    [
      'MP+unlock-lock+rmb',
      tree('MP+unlocklockonceonce+fencermbonceonce'),
      'Never',
      [[lock('s'), w('x'), unlock('s'), lock('t'), w('y'), unlock('t')], [r('y'), rmb, r('x')]],
      'shown',
    ],
  ]),
  ...family({ '0:0': 0, '1:0': 1, '1:1': 0 }, [
    ['MP+xchg+acq', ATOMIC_T, 'Never', [[w('x'), xchg('y', 1)], [acq('y'), r('x')]]],
    ['MP+xchg release+acq', ATOMIC_T, 'Never', [[w('x'), xchg('y', 1, 'release')], [acq('y'), r('x')]]],
    ['MP+xchg relaxed+acq', ATOMIC_T, 'Sometimes', [[w('x'), xchg('y', 1, 'relaxed')], [acq('y'), r('x')]]],
    ['MP+xchg acquire+acq', ATOMIC_T, 'Sometimes', [[w('x'), xchg('y', 1, 'acquire')], [acq('y'), r('x')]]],
  ]),
  ...family({ '1:0': 1, '1:1': 0 }, [
    ['MP+rel+xchg', ATOMIC_T, 'Never', [[w('x'), rel('y')], [xchg('y', 2), r('x')]]],
    ['MP+rel+xchg acquire', ATOMIC_T, 'Never', [[w('x'), rel('y')], [xchg('y', 2, 'acquire'), r('x')]]],
    ['MP+rel+xchg relaxed', ATOMIC_T, 'Sometimes', [[w('x'), rel('y')], [xchg('y', 2, 'relaxed'), r('x')]]],
    ['MP+rel+xchg release', ATOMIC_T, 'Sometimes', [[w('x'), rel('y')], [xchg('y', 2, 'release'), r('x')]]],
    ['MP+rel+cmpxchg that stores', ATOMIC_T, 'Never', [[w('x'), rel('y')], [cmpxchg('y', 1, 2), r('x')]]],
    ['MP+set_bit+test_bit', BITOPS, 'Sometimes', [[w('x'), setBit('y', 0)], [testBit('y', 0), r('x')]]],
    ['MP+wmb-set_bit+test_bit-rmb', BITOPS, 'Never', [[w('x'), wmb, setBit('y', 0)], [testBit('y', 0), rmb, r('x')]]],
    ['MP+test_and_clear_bit that finds', BITOPS, 'Never', [[w('x'), wmb, setBit('y', 0)], [testAndClearBit('y', 0), r('x')]]],
    ['MP+test_and_set_bit that finds', ATOMIC_T, 'Sometimes', [[w('x'), wmb, setBit('y', 0)], [testAndSetBit('y', 0), r('x')]]],
  ]),
  ...family({ '0:0': 1, '1:0': 0, '1:1': 0 }, [
    ['cmpxchg-fail-unordered-2', atomic('cmpxchg-fail-unordered-2'), 'Sometimes', [[w('x'), cmpxchg('y', 0, 1)], [cmpxchg('y', 0, 1), r('x')]]],
    ['cmpxchg-fail-ordered-2', atomic('cmpxchg-fail-ordered-2'), 'Never', [[w('x'), cmpxchg('y', 0, 1)], [cmpxchg('y', 0, 1), mb, r('x')]]],
  ]),
  ...family({ '0:0': 1, '0:1': 0 }, [
    [
      'Atomic-RMW+mb is stronger than acquire',
      atomic('Atomic-RMW+mb__after_atomic-is-stronger-than-acquire'),
      'Never',
      [[r('x'), rmb, r('y')], [inc('y'), mb, w('x')]],
    ],
    ['Atomic-RMW acquire', ATOMIC_T, 'Sometimes', [[r('x'), rmb, r('y')], [incReturn('y', 'acquire'), w('x')]]],
  ]),
  ...family({ '0:0': 1, '1:0': 0, y: 2 }, [
    // the release exchange of the source is an increment here
    ['MP+rel+inc-mb', manual('kernel/C-PaulEMcKenney-MP+o-r+ai-mb-o'), 'Never', [[w('x'), incReturn('y', 'release')], [inc('y'), mb, r('x')]]],
    ['MP+rel+inc-rmb', manual('kernel/C-WillDeacon-MP+o-r+ai-rmb-o'), 'Sometimes', [[w('x'), incReturn('y', 'release')], [inc('y'), rmb, r('x')]]],
  ]),
]

/** Store buffering. */
const sb: readonly Shape[] = [
  ...family({ '0:0': 0, '1:0': 0 }, [
    ['SB', tree('SB+poonceonces'), 'Sometimes', [[w('x'), r('y')], [w('y'), r('x')]]],
    ['SB+mbs', tree('SB+fencembonceonces'), 'Never', [[w('x'), mb, r('y')], [w('y'), mb, r('x')]]],
    ['SB+mb+po', RECIPES, 'Sometimes', [[w('x'), mb, r('y')], [w('y'), r('x')]]],
    ['SB+wmbs', RECIPES, 'Sometimes', [[w('x'), wmb, r('y')], [w('y'), wmb, r('x')]]],
    ['SB+rmbs', RECIPES, 'Sometimes', [[w('x'), rmb, r('y')], [w('y'), rmb, r('x')]]],
    ['SB+wmb-rmb', RECIPES, 'Sometimes', [[w('x'), wmb, rmb, r('y')], [w('y'), wmb, rmb, r('x')]]],
    ['SB+mb+rel-acq', relAcq('SB+fencembonceonce+poreleaseacquire'), 'Sometimes', [[w('x'), mb, r('y')], [rel('y'), acq('x')]]],
    ['SB+rel-acqs', relAcq('SB+poreleaseacquires'), 'Sometimes', [[rel('x'), acq('y')], [rel('y'), acq('x')]]],
    ['SB+inc', ATOMIC_T, 'Sometimes', [[inc('x'), r('y')], [inc('y'), r('x')]]],
    ['SB+inc-mb', ATOMIC_T, 'Never', [[inc('x'), mb, r('y')], [inc('y'), mb, r('x')]]],
    ['SB+set_bit', BITOPS, 'Sometimes', [[setBit('x', 0), testBit('y', 0)], [setBit('y', 0), testBit('x', 0)]]],
  ]),
  ...family({ '0:1': 0, '1:1': 0 }, [
    ['SB+rfi', tree('SB+rfionceonce-poonceonces'), 'Sometimes', [[w('x'), r('x'), r('y')], [w('y'), r('y'), r('x')]]],
    ['SB+xchgs', ATOMIC_T, 'Never', [[xchg('x', 1), r('y')], [xchg('y', 1), r('x')]]],
    ['SB+xchgs relaxed', ATOMIC_T, 'Sometimes', [[xchg('x', 1, 'relaxed'), r('y')], [xchg('y', 1, 'relaxed'), r('x')]]],
    ['SB+xchgs acquire', ATOMIC_T, 'Sometimes', [[xchg('x', 1, 'acquire'), r('y')], [xchg('y', 1, 'acquire'), r('x')]]],
    ['SB+inc_return', ATOMIC_T, 'Never', [[incReturn('x'), r('y')], [incReturn('y'), r('x')]]],
    ['SB+inc_return acquire', ATOMIC_T, 'Sometimes', [[incReturn('x', 'acquire'), r('y')], [incReturn('y', 'acquire'), r('x')]]],
    ['SB+test_and_set_bit', BITOPS, 'Never', [[testAndSetBit('x', 0), testBit('y', 0)], [testAndSetBit('y', 0), testBit('x', 0)]]],
    ['cmpxchg-fail-unordered-1', atomic('cmpxchg-fail-unordered-1'), 'Sometimes', [[w('x'), cmpxchg('z', 1, 0), r('y')], [w('y'), cmpxchg('z', 1, 0), r('x')]]],
    [
      'cmpxchg-fail-ordered-1',
      atomic('cmpxchg-fail-ordered-1'),
      'Never',
      [[w('x'), cmpxchg('z', 1, 0), mb, r('y')], [w('y'), cmpxchg('z', 1, 0), mb, r('x')]],
    ],
    ['SB+inc_not_zero refused', ATOMIC_T, 'Sometimes', [[w('x'), incUnlessZero('z'), r('y')], [w('y'), incUnlessZero('z'), r('x')]]],
    ['SB+test_and_clear_bit that finds nothing', ATOMIC_T, 'Sometimes', [[w('x'), testAndClearBit('z', 0), r('y')], [w('y'), testAndClearBit('z', 0), r('x')]]],
    ['SB+clear_bit', BITOPS, 'Sometimes', [[w('x'), clearBit('z', 0), testBit('z', 0), r('y')], [w('y'), clearBit('z', 1), testBit('z', 1), r('x')]]],
  ]),
  ...family({ '0:0': 0, '1:0': 0 }, [
    [
      'after-unlock-lock-same-cpu',
      manual('kernel/after-unlock-lock-same-cpu'),
      'Never',
      [[lock('s'), w('x'), unlock('s'), lock('t'), mb, r('y'), unlock('t')], [w('y'), mb, r('x')]],
    ],
    ['SB+locks', RECIPES, 'Never', [[lock('l'), w('x'), r('y'), unlock('l')], [lock('l'), w('y'), r('x'), unlock('l')]]],
    ['SB+separate locks', RECIPES, 'Sometimes', [[lock('l'), w('x'), unlock('l'), r('y')], [lock('m'), w('y'), unlock('m'), r('x')]]],
  ]),
  ...family({ '0:0': 0, '1:0': 0, '2:0': 0 }, [
    ['3.SB', relAcq('3.SB+poonceonce+poonceonce+poreleaseonce'), 'Sometimes', [[w('x'), r('y')], [w('y'), r('z')], [rel('z'), r('x')]]],
    [
      '3.SB+mbs+po',
      relAcq('3.SB+fencembonceonce+fencembonceonce+poonceacquire'),
      'Sometimes',
      [[w('x'), mb, r('y')], [w('y'), mb, r('z')], [w('z'), acq('x')]],
    ],
    ['3.SB+mbs', RECIPES, 'Never', [[w('x'), mb, r('y')], [w('y'), mb, r('z')], [w('z'), mb, r('x')]]],
  ]),
]

/** Load buffering: all that the engine cannot show is here. */
const lb: readonly Shape[] = [
  ...family({ '0:0': 1, '1:0': 1 }, [
    ['LB', tree('LB+poonceonces'), 'Sometimes', [[r('x'), w('y')], [r('y'), w('x')]], 'load buffering'],
    ['LB+acq+po', relAcq('LB+poacquireonce+poonceonce'), 'Sometimes', [[acq('x'), w('y')], [r('y'), w('x')]], 'load buffering'],
    ['LB+po+rel', relAcq('LB+poonceonce+pooncerelease'), 'Sometimes', [[r('x'), w('y')], [r('y'), rel('x')]], 'load buffering'],
    ['LB+rmb+wmb', RECIPES, 'Sometimes', [[r('x'), rmb, w('y')], [r('y'), wmb, w('x')]], 'load buffering'],
    ['LB+rel+acq', tree('LB+poacquireonce+pooncerelease'), 'Never', [[r('x'), rel('y')], [acq('y'), w('x')]]],
    ['LB+acqs', relAcq('LB+poacquireonces'), 'Never', [[acq('x'), w('y')], [acq('y'), w('x')]]],
    ['LB+mb+rel', relAcq('LB+fencembonceonce+pooncerelease'), 'Never', [[r('x'), mb, w('y')], [r('y'), rel('x')]]],
    [
      'LB+unlock-lock+acq',
      tree('LB+unlocklockonceonce+poacquireonce'),
      'Never',
      [[lock('s'), r('x'), unlock('s'), lock('t'), w('y'), unlock('t')], [acq('y'), w('x')]],
    ],
  ]),
  ...family({ '0:0': 1, '1:0': 1, '2:0': 1 }, [
    [
      '3.LB+acq+po+po',
      relAcq('3.LB+poacquireonce+poonceonce+poonceonce'),
      'Sometimes',
      [[acq('x'), w('y')], [r('y'), w('z')], [r('z'), w('x')]],
      'load buffering',
    ],
    ['3.LB+acq-rels', relAcq('3.LB+poacquirereleases'), 'Never', [[acq('x'), rel('y')], [acq('y'), rel('z')], [acq('z'), rel('x')]]],
  ]),
]

/** Two threads and three, with stores overwritten. */
const overwritten: readonly Shape[] = [
  ...family({ '1:0': 0, y: 2 }, [
    ['R', tree('R+poonceonces'), 'Sometimes', [[w('x'), w('y')], [w('y', 2), r('x')]]],
    ['R+mbs', tree('R+fencembonceonces'), 'Never', [[w('x'), mb, w('y')], [w('y', 2), mb, r('x')]]],
    ['R+rel+mb', relAcq('R+pooncerelease+fencembonceonce'), 'Sometimes', [[w('x'), rel('y')], [w('y', 2), mb, r('x')]]],
    ['R+mb+acq', relAcq('R+fencembonceonce+poonceacquire'), 'Sometimes', [[w('x'), mb, w('y')], [w('y', 2), acq('x')]]],
    ['R+wmb+mb', 'github.com/paulmckrcu/litmus luc/WeakFence/k.txt', 'Sometimes', [[w('x'), wmb, w('y')], [w('y', 2), mb, r('x')]]],
  ]),
  ...family({ '1:0': 1, x: 2 }, [
    ['S', tree('S+poonceonces'), 'Sometimes', [[w('x', 2), w('y')], [r('y'), w('x')]]],
    ['S+wmb+acq', tree('S+fencewmbonceonce+poacquireonce'), 'Never', [[w('x', 2), wmb, w('y')], [acq('y'), w('x')]]],
    ['S+rel+acq', relAcq('S+pooncerelease+poacquireonce'), 'Never', [[w('x', 2), rel('y')], [acq('y'), w('x')]]],
    ['S+rels', relAcq('S+pooncereleases'), 'Never', [[w('x', 2), rel('y')], [r('y'), rel('x')]]],
    ['S+rel+po', relAcq('S+pooncerelease+poonceonce'), 'Sometimes', [[w('x', 2), rel('y')], [r('y'), w('x')]]],
    ['S+rel early+acq', relAcq('S+poreleaseonce+poacquireonce'), 'Sometimes', [[rel('x', 2), w('y')], [acq('y'), w('x')]]],
  ]),
  ...family({ x: 2, y: 2 }, [
    ['2+2W', relAcq('2+2W+poonceonce+poreleaseonce'), 'Sometimes', [[w('x', 2), w('y')], [rel('y', 2), w('x')]]],
    ['2+2W+mb+rel', relAcq('2+2W+fencembonceonce+pooncerelease'), 'Sometimes', [[w('x', 2), mb, w('y')], [w('y', 2), rel('x')]]],
    ['2+2W+rels', relAcq('2+2W+pooncereleases'), 'Sometimes', [[w('x', 2), rel('y')], [w('y', 2), rel('x')]]],
    // the source has synchronize_rcu where this has smp_mb
    ['2+2W+mbs', manual('kernel/C-2+2W+o-sync-o+o-sync-o'), 'Never', [[w('x', 2), mb, w('y')], [w('y', 2), mb, w('x')]]],
  ]),
  ...family({ x: 2, y: 2, z: 2 }, [
    ['3.2W+rels', relAcq('3.2W+pooncereleases'), 'Sometimes', [[w('x', 2), rel('y')], [w('y', 2), rel('z')], [w('z', 2), rel('x')]]],
  ]),
  ...family({ '1:0': 1, '2:0': 0, z: 2 }, [
    [
      'Z6.0+rel+acq-rel+mb',
      tree('Z6.0+pooncerelease+poacquirerelease+fencembonceonce'),
      'Sometimes',
      [[w('x'), rel('y')], [acq('y'), rel('z')], [w('z', 2), mb, r('x')]],
    ],
    [
      'Z6.0+mb+acq+mb',
      relAcq('Z6.0+fencembonceonce+poacquireonce+fencembonceonce'),
      'Never',
      [[w('x'), mb, w('y')], [acq('y'), w('z')], [w('z', 2), mb, r('x')]],
    ],
    [
      'Z6.0+lock+lock+mb',
      tree('Z6.0+pooncelock+pooncelock+pombonce'),
      'Sometimes',
      [[lock('l'), w('x'), w('y'), unlock('l')], [lock('l'), r('y'), w('z'), unlock('l')], [w('z', 2), mb, r('x')]],
    ],
    [
      'Z6.0+lock+lock-mb+mb',
      tree('Z6.0+pooncelock+poonceLock+pombonce'),
      'Never',
      [[lock('l'), w('x'), w('y'), unlock('l')], [lock('l'), mb, r('y'), w('z'), unlock('l')], [w('z', 2), mb, r('x')]],
    ],
  ]),
  ...family({ '0:0': 1, '2:0': 0, y: 2 }, [
    ['cppR', manual('kernel/C-OlivierGiroux-cppR'), 'Sometimes', [[r('y')], [w('x'), rel('y')], [w('y', 2), mb, r('x')]]],
  ]),
]

/** Stores that reach one thread earlier than another. */
const propagation: readonly Shape[] = [
  ...family({ '1:0': 1, '2:0': 1, '2:1': 0 }, [
    ['WRC', tree('WRC+poonceonces+Once'), 'Sometimes', [[w('x')], [r('x'), w('y')], [r('y'), r('x')]]],
    ['WRC+rel+rmb', tree('WRC+pooncerelease+fencermbonceonce+Once'), 'Never', [[w('x')], [r('x'), rel('y')], [r('y'), rmb, r('x')]]],
    ['WRC+acqs', relAcq('WRC+poacquireonces+Once'), 'Sometimes', [[w('x')], [acq('x'), w('y')], [acq('y'), r('x')]]],
    ['WRC+mbs', relAcq('WRC+fencembonceonces+Release'), 'Never', [[rel('x')], [r('x'), mb, w('y')], [r('y'), mb, r('x')]]],
    ['ISA2', tree('ISA2+poonceonces'), 'Sometimes', [[w('x'), w('y')], [r('y'), w('z')], [r('z'), r('x')]]],
    [
      'ISA2+rel+acq-rel+acq',
      tree('ISA2+pooncerelease+poacquirerelease+poacquireonce'),
      'Never',
      [[w('x'), rel('y')], [acq('y'), rel('z')], [acq('z'), r('x')]],
    ],
    ['ISA2+mb+rel+acq', relAcq('ISA2+fencembonceonce+pooncerelease+poacquireonce'), 'Never', [[w('x'), mb, w('y')], [r('y'), rel('z')], [acq('z'), r('x')]]],
    [
      'ISA2+rel+mb+po',
      relAcq('ISA2+pooncerelease+fencembonceonce+poonceonce'),
      'Sometimes',
      [[w('x'), rel('y')], [r('y'), mb, w('z')], [r('z'), r('x')]],
    ],
    [
      'ISA2+mb+acq+acq',
      relAcq('ISA2+fencembonceonce+poacquireonce+poacquireonce'),
      'Never',
      [[w('x'), mb, w('y')], [acq('y'), w('z')], [acq('z'), r('x')]],
    ],
    ['ISA2+mb+po+acq', relAcq('ISA2+fencembonceonce+poonceonce+poacquireonce'), 'Sometimes', [[w('x'), mb, w('y')], [r('y'), w('z')], [acq('z'), r('x')]]],
    ['ISA2+mb+po+mb', RECIPES, 'Sometimes', [[w('x'), mb, w('y')], [r('y'), w('z')], [r('z'), mb, r('x')]], 'reordering between fences'],
    [
      'ISA2+lock+lock+mb',
      tree('ISA2+pooncelock+pooncelock+pombonce'),
      'Never',
      [[lock('l'), w('x'), w('y'), unlock('l')], [lock('l'), r('y'), w('z'), unlock('l')], [r('z'), mb, r('x')]],
    ],
  ]),
  ...family({ '1:0': 1, '1:1': 0, '2:0': 0 }, [
    ['RWC', relAcq('RWC+poonceonce+poreleaseonce+Once'), 'Sometimes', [[w('x')], [r('x'), r('y')], [rel('y'), r('x')]]],
    ['RWC+mbs', relAcq('RWC+fencembonceonces+Release'), 'Never', [[rel('x')], [r('x'), mb, r('y')], [w('y'), mb, r('x')]]],
    ['RWC+acq+mb', relAcq('RWC+poacquireonce+fencembonceonce+Once'), 'Sometimes', [[w('x')], [acq('x'), r('y')], [w('y'), mb, r('x')]]],
  ]),
  ...family({ x: 2, '1:0': 2, '2:0': 1 }, [
    ['WWC+acq+rel', relAcq('WWC+poacquireonce+pooncerelease+Once'), 'Sometimes', [[w('x', 2)], [acq('x'), w('y')], [r('y'), rel('x')]]],
    ['WWC+mbs', relAcq('WWC+fencembonceonces+Release'), 'Never', [[rel('x', 2)], [r('x'), mb, w('y')], [r('y'), mb, w('x')]]],
  ]),
  ...family({ x: 2, y: 2, '1:0': 2 }, [
    ['WRW+2W+mbs', relAcq('WRW+2W+fencembonceonces+Release'), 'Never', [[rel('x', 2)], [r('x'), mb, w('y')], [w('y', 2), mb, w('x')]]],
  ]),
  ...family({ y: 2, '2:0': 1, '2:1': 0 }, [
    [
      'Z6.3+mb+mb+acq',
      relAcq('Z6.3+fencembonceonce+fencembonceonce+poacquireonce'),
      'Never',
      [[w('x'), mb, w('y')], [w('y', 2), mb, w('z')], [acq('z'), r('x')]],
    ],
  ]),
  ...family({ '1:0': 1, '1:1': 0, '2:0': 0 }, [
    [
      'W+RWC+rel+mb+mb',
      relAcq('W+RWC+pooncerelease+fencembonceonce+fencembonceonce'),
      'Never',
      [[w('x'), rel('y')], [r('y'), mb, r('z')], [w('z'), mb, r('x')]],
    ],
  ]),
  ...family({ '1:0': 1, '1:1': 0, '3:0': 1, '3:1': 0 }, [
    ['IRIW', tree('IRIW+poonceonces+OnceOnce'), 'Sometimes', [[w('x')], [r('x'), r('y')], [w('y')], [r('y'), r('x')]]],
    ['IRIW+acqs', relAcq('IRIW+poacquireonces+OnceOnce'), 'Sometimes', [[w('x')], [acq('x'), r('y')], [w('y')], [acq('y'), r('x')]]],
    ['IRIW+mbs', tree('IRIW+fencembonceonces+OnceOnce'), 'Never', [[w('x')], [r('x'), mb, r('y')], [w('y')], [r('y'), mb, r('x')]]],
  ]),
]

const atomicity: readonly Shape[] = [
  ...family({ '1:0': 1, v: 2 }, [
    // the source starts with 1 in v; here P0 stores it first, and P1 sees it
    ['RMW and store', atomic('Atomic-RMW-ops-are-atomic-WRT-atomic_set'), 'Never', [[w('v', 1), incUnlessZero('v')], [r('v'), w('v', 0)]]],
  ]),
  ...family({ '0:0': 1, '1:0': 1 }, [['two inc_return', ATOMIC_T, 'Never', [[incReturn('x', 'relaxed')], [incReturn('x', 'relaxed')]]]]),
  ...family({ x: 2 }, [['two inc', ATOMIC_T, 'Always', [[inc('x')], [inc('x')]]]]),
  ...family({ x: 3 }, [['two set_bit', BITOPS, 'Always', [[setBit('x', 0)], [setBit('x', 1)]]]]),
  ...family({ '0:0': 1, '1:0': 1 }, [['two cmpxchg', ATOMIC_T, 'Never', [[cmpxchg('x', 0, 1)], [cmpxchg('x', 0, 2)]]]]),
  ...family({ '0:0': 0, '1:0': 0 }, [['two test_and_set_bit', BITOPS, 'Never', [[testAndSetBit('x', 0, 'relaxed')], [testAndSetBit('x', 0, 'relaxed')]]]]),
  ...family({ '2:0': 3, '2:1': 0 }, [
    [
      'MPrelseq+rel+inc+acq',
      'v6.14 tools/memory-model/Documentation/explanation.txt, ATOMIC UPDATES',
      'Never',
      [[w('x'), rel('y', 2)], [inc('y')], [acq('y'), r('x')]],
    ],
  ]),
  ...family({ '2:0': 2, '2:1': 0, y: 2 }, [
    ['release, overwritten by a store', manual('kernel/C-WillDeacon-AcqRelStore'), 'Sometimes', [[w('x'), wmb, rel('y')], [w('y', 2)], [acq('y'), r('x')]]],
  ]),
]

/**
 * The missing smp_mb of the discussion of MADV_FREE: reclaim clears a page table entry and looks at the reference count,
 * get_user_pages raises the count and looks at the entry once more. Both go on if reclaim sees no reference and
 * get_user_pages the old entry. The entry is x (1: cleared), the count y.
 */
const reclaim: readonly Shape[] = family({ '0:0': 0, '1:1': 0 }, [
  ['reclaim, entry cleared without barrier', ATOMIC_T, 'Sometimes', [[w('x'), r('y')], [incReturn('y'), r('x')]]],
  ['reclaim, smp_mb between', ATOMIC_T, 'Never', [[w('x'), mb, r('y')], [incReturn('y'), r('x')]]],
  ['reclaim, smp_mb between, reference by a relaxed increment', ATOMIC_T, 'Sometimes', [[w('x'), mb, r('y')], [incReturn('y', 'relaxed'), r('x')]]],
])

export const SHAPES: readonly Shape[] = [...coherence, ...mp, ...sb, ...lb, ...overwritten, ...propagation, ...atomicity, ...reclaim]
