import { expect, test } from 'vitest';

const sheets = import.meta.glob('./**/*.{svelte,css}', { query: '?raw', import: 'default', eager: true }) as Record<
  string,
  string
>;
const names = new Set([...(sheets['./tokens.css'] ?? '').matchAll(/(--[\w-]+):/g)].map(([, name]) => name));

function styleOf(path: string, text: string): string {
  return path.endsWith('.css') ? text : (/<style>([\s\S]*)<\/style>/.exec(text)?.[1] ?? '');
}

test.each(Object.entries(sheets).filter(([path]) => path !== './tokens.css'))(
  '%s takes its colours and sizes from the tokens',
  (path, text) => {
    const style = styleOf(path, text);
    expect(style.match(/#[0-9a-f]{3,8}\b|rgba?\(|hsla?\(|\b\d*\.?\d+(px|rem)\b/gi)).toBeNull();
    const used = [...text.matchAll(/var\((--[\w-]+)/g)].map(([, name]) => name);
    expect(used.filter((name) => !names.has(name))).toEqual([]);
  },
);

test('no token is left over', () => {
  const everything = Object.values(sheets).join('');
  const unused = [...names].filter((name) => !everything.includes(`var(${name})`) && name !== '--cell');
  expect(unused).toEqual([]);
});
