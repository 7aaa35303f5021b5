import js from '@eslint/js';
import globals from 'globals';

const rules = {
  eqeqeq: ['error', 'always', { null: 'ignore' }],
  'no-eval': 'error',
  'no-implied-eval': 'error',
  'no-new-func': 'error',
  'no-var': 'error',
  'prefer-const': 'error',
  'no-restricted-properties': ['error', ...['innerHTML', 'outerHTML', 'insertAdjacentHTML', 'write']
    .map((property) => ({ property, message: 'what is shown is text, never markup' }))],
};

export default [
  { ignores: ['**/node_modules/', 'target/'] },
  js.configs.recommended,
  {
    files: ['**/report.js'],
    languageOptions: { sourceType: 'script', globals: globals.browser },
    rules,
  },
  {
    files: ['tests/browser/**/*.js'],
    languageOptions: { globals: { ...globals.node, ...globals.browser } },
    rules,
  },
];
