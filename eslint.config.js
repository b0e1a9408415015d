import tseslint from 'typescript-eslint'

export default tseslint.config(
  { ignores: ['dist/', 'node_modules/', '.tap/', 'data/'] },
  {
    files: ['**/*.ts'],
    extends: [...tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'separate-type-imports' }],
      '@typescript-eslint/no-explicit-any': 'error',
      // Fastify's hooks and handlers are promises whether or not this one waits.
      '@typescript-eslint/require-await': 'off',
      // Mistakes `return yield x` for a value of type any.
      '@typescript-eslint/no-unsafe-return': 'off',
      // Values of JSON are said as they are; methods of plain objects use no `this`; what was thrown is passed on as it is.
      '@typescript-eslint/no-base-to-string': 'off',
      '@typescript-eslint/unbound-method': 'off',
      '@typescript-eslint/prefer-promise-reject-errors': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      semi: ['error', 'never'],
      quotes: ['error', 'single', { avoidEscape: true }],
      'no-console': 'off',
      'no-restricted-syntax': ['error', { selector: 'TSEnumDeclaration', message: 'a closed union of strings, not an enum' }]
    }
  },
  // tap waits for its own tests.
  {
    files: ['test/**/*.ts'],
    rules: {
      '@typescript-eslint/no-floating-promises': 'off',
      // What the server answers is read as it comes.
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^t$', varsIgnorePattern: '^_' }]
    }
  },
  { files: ['templates/static/*.js'], languageOptions: { globals: Object.fromEntries(['document', 'window', 'location', 'localStorage', 'performance', 'fetch', 'setTimeout', 'clearTimeout', 'setInterval', 'AbortSignal', 'HTMLElement', 'HTMLFormElement', 'HTMLSelectElement'].map((name) => [name, 'readonly'])) } , rules: { semi: ['error', 'never'], quotes: ['error', 'single', { avoidEscape: true }] } }
)
