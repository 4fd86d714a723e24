import { defineConfig } from 'eslint/config'
import tseslint from 'typescript-eslint'

/**
 * The layers, lowest first. A file imports from its own layer and from those below it, never upwards;
 * `cli` and `web` do not import each other either, and `conform` is for `cli` alone.
 */
const LAYERS_ABOVE = {
  engine: ['kernel', 'races', 'diagram', 'report', 'conform', 'cli', 'web'],
  kernel: ['races', 'diagram', 'report', 'conform', 'cli', 'web'],
  races: ['diagram', 'report', 'conform', 'cli', 'web'],
  diagram: ['report', 'conform', 'cli', 'web'],
  report: ['conform', 'cli', 'web'],
  conform: ['diagram', 'cli', 'web'],
  cli: ['web'],
  web: ['conform', 'cli'],
}

/** Layers that run in a browser too, and must be deterministic: nothing of Node, of the DOM, of the clock. */
const PORTABLE = ['engine', 'kernel', 'races', 'diagram', 'report']
/** The same for all of `conform` but what drives the real kernel. */
const PORTABLE_FILES = [...PORTABLE.map((layer) => `src/${layer}/**/*.ts`), 'src/conform/*.ts', 'src/conform/model/**/*.ts']

const NODE_IMPORTS = {
  regex: '^(node:|fs$|path$|os$|process$|worker_threads$|child_process$|crypto$)',
  message: 'This layer also runs in a browser: take what you need as an argument from cli or web.',
}

const NONDETERMINISM = ['Date', 'performance', 'Promise', 'setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask']
const PLATFORM = ['process', 'Buffer', 'console', 'window', 'document', 'globalThis', 'self', 'navigator', 'fetch']

/** @type {import('eslint').Linter.Config[]} */
const layers = Object.entries(LAYERS_ABOVE).map(([layer, above]) => ({
  files: [`src/${layer}/**/*.{ts,tsx}`],
  rules: {
    '@typescript-eslint/no-restricted-imports': [
      'error',
      {
        patterns: [
          { regex: `^(\\.\\./)+(${above.join('|')})/`, message: `Imports run downwards only: ${layer} must not know these.` },
          ...(PORTABLE.includes(layer) ? [NODE_IMPORTS] : []),
        ],
      },
    ],
  },
}))

export default defineConfig(
  { ignores: ['dist/**', 'node_modules/**', 'coverage/**', '**/*.js.map'] },
  tseslint.configs.strictTypeChecked,
  tseslint.configs.stylisticTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      eqeqeq: 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      // Indexing typed arrays in the search's inner loops: the bound is asserted beside it, not at every access.
      '@typescript-eslint/no-non-null-assertion': 'off',
      // `T` in a signature may say what a caller passes although it is used once.
      '@typescript-eslint/no-unnecessary-type-parameters': 'off',
      // Kernel functions bear the kernel's names, and `while (true)` its loops.
      '@typescript-eslint/no-unnecessary-condition': ['error', { allowConstantLoopConditions: true }],
      '@typescript-eslint/prefer-for-of': 'off',
      '@typescript-eslint/non-nullable-type-assertion-style': 'off',
    },
  },
  ...layers,
  {
    files: PORTABLE_FILES,
    rules: {
      'no-restricted-globals': [
        'error',
        ...[...NONDETERMINISM, ...PLATFORM].map((name) => ({
          name,
          message: 'This layer is deterministic and knows no platform: take it as an argument from cli or web.',
        })),
      ],
      'no-restricted-properties': ['error', { object: 'Math', property: 'random', message: 'Use a seeded generator of the engine.' }],
      'no-restricted-syntax': [
        'error',
        { selector: 'ImportExpression', message: 'Import statically; lazy loading belongs to cli and web.' },
        { selector: ':function[async=true]', message: 'Programs and the engine are synchronous.' },
      ],
    },
  },
  {
    // Suspending a task and failing one are signals of the engine, not errors: they have no stack to pay for.
    files: ['src/engine/runner.ts'],
    rules: { '@typescript-eslint/only-throw-error': 'off' },
  },
  {
    files: ['test/**/*.{ts,tsx}', 'bench/**/*.ts', 'examples/**/*.ts'],
    rules: {
      '@typescript-eslint/no-unused-expressions': 'off',
    },
  },
  {
    files: ['**/*.js', '**/*.mjs'],
    extends: [tseslint.configs.disableTypeChecked],
  },
)
