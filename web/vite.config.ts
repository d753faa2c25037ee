import { svelte } from '@sveltejs/vite-plugin-svelte';
import { svelteTesting } from '@testing-library/svelte/vite';
import type { Plugin } from 'vite';
import { defineConfig } from 'vitest/config';
import { texts } from './texts/plugin.ts';

/** The page's main part is imported when its words are there: until then it is on its way, and not only asked for. */
const ahead: Plugin = {
  name: 'ahead',
  transformIndexHtml: (_, { bundle }) => {
    if (!bundle) return [];
    const app = Object.values(bundle).find((file) => file.type === 'chunk' && file.name === 'App');
    if (app?.type !== 'chunk') throw new Error('There is no App among the chunks.');
    const files = [app.fileName, ...app.imports];
    return files.map((file) => ({
      tag: 'link',
      attrs: { rel: 'modulepreload', crossorigin: true, href: `./${file}` },
      injectTo: 'head',
    }));
  },
};

export default defineConfig({
  // Tests read the page as it is written, in English.
  plugins: [!process.env.VITEST && texts(), svelte(), svelteTesting(), ahead],
  base: './',
  build: { outDir: '../src/stillbytes/webui', emptyOutDir: true, target: 'es2022', assetsInlineLimit: 0 },
  test: { environment: 'happy-dom', include: ['src/**/*.test.ts', 'texts/**/*.test.ts'], css: true },
});
