import js from '@eslint/js';
import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import ts from 'typescript-eslint';
import { rawTexts } from './texts/lint.ts';

export default ts.config(
  { ignores: ['node_modules', 'src/api/generated', 'src/texts/generated'] },
  js.configs.recommended,
  ...ts.configs.strict,
  ...svelte.configs.recommended,
  {
    languageOptions: { globals: globals.browser },
    rules: {
      'max-lines': ['error', 300],
      eqeqeq: 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      // Maps and URLs here are made anew, never changed.
      'svelte/prefer-svelte-reactivity': 'off',
    },
  },
  {
    files: ['src/**/*.svelte', 'src/**/*.ts'],
    ignores: ['src/**/*.test.ts', 'src/**/*.testing.ts', 'src/texts/*'],
    plugins: { texts: { rules: { 'no-raw': rawTexts } } },
    rules: { 'texts/no-raw': 'error' },
  },
  { files: ['**/*.svelte', '**/*.svelte.ts'], languageOptions: { parserOptions: { parser: ts.parser } } },
);
