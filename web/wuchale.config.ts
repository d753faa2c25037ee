import { LANGUAGES } from './src/texts/languages.ts';
import { adapter } from './texts/adapter.ts';

export default {
  locales: LANGUAGES.map(({ value }) => value),
  localesDir: 'src/texts/generated',
  adapters: { main: adapter },
  logLevel: 'warn',
  ai: null,
};
