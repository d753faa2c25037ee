import { svelte } from '@sveltejs/vite-plugin-svelte';
import { svelteTesting } from '@testing-library/svelte/vite';
import { defineConfig } from 'vitest/config';
import { texts } from './texts/plugin.ts';

export default defineConfig({
  // Tests read the page as it is written, in English.
  plugins: [!process.env.VITEST && texts(), svelte(), svelteTesting()],
  base: './',
  build: { outDir: '../src/stillbytes/webui', emptyOutDir: true, target: 'es2022', assetsInlineLimit: 0 },
  test: { environment: 'happy-dom', include: ['src/**/*.test.ts', 'texts/**/*.test.ts'], css: true },
});
