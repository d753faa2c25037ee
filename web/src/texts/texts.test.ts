/** Every text of the page is in every language, and nothing else. */
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { find } from '../../texts/find.ts';
import { type Found, fileOf, keyOf } from '../../texts/store.ts';
import { LANGUAGES } from './languages';

const root = process.cwd();
const others = LANGUAGES.map(({ value }) => value).filter((one) => one !== 'en');
let found: Found[] = [];

beforeAll(async () => {
  found = await find(root);
}, 120_000);

it('finds what is said in scripts, wherever it stands', () => {
  const sources = import.meta.glob<string>(['../**/*.{ts,svelte}', '!../**/*.test.ts', '!./**'], {
    eager: true,
    query: '?raw',
    import: 'default',
  });
  const known = new Set(found.map(keyOf));
  const missed = Object.entries(sources).flatMap(([file, source]) =>
    [...source.matchAll(/\bt\(\s*'([^'\\]+)'\s*,?\s*\)/g)]
      .filter(([, text]) => !known.has(text ?? ''))
      .map(([call]) => `${file}: ${call}`),
  );
  expect(missed).toEqual([]);
});

describe.each(others)('%s', (language) => {
  const texts = JSON.parse(readFileSync(fileOf(root, language), 'utf-8')) as Record<string, string>;

  it('has each text of the page, and no text that the page has not', () => {
    expect(Object.keys(texts).sort()).toEqual(found.map(keyOf).sort());
  });

  it('leaves none empty, and keeps forms, places and marks', () => {
    const parts = (text: string) => (text.match(/\{\d+\}|<\/?\d+\/?>|#/g) ?? []).sort();
    const forms = (text: string) => text.split(' | ').length;
    for (const [text, translated] of Object.entries(texts)) {
      expect(translated.trim(), text).not.toBe('');
      expect(forms(translated), text).toBe(forms(text));
      expect(parts(translated), text).toEqual(parts(text));
    }
  });
});
