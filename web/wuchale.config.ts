import { adapter } from './texts/adapter.ts';

export default {
  locales: ['en', 'de', 'es'],
  localesDir: 'src/texts/generated',
  adapters: { main: adapter },
  logLevel: 'warn',
  ai: null,
};
