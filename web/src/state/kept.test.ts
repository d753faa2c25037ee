import { beforeEach, expect, test, vi } from 'vitest';
import { kept, like, switches } from './kept';

const FIRST = { name: 'a', size: 1, wide: false, open: [] as readonly string[], more: {} as Record<string, unknown> };
const choices = kept('test.choices', like(FIRST));

beforeEach(() => localStorage.clear());

test('what was chosen is there again', () => {
  const chosen = { name: 'b', size: 2, wide: true, open: ['x'], more: { y: 1 } };
  choices.set(chosen);
  expect(choices.get()).toEqual(chosen);
});

test.each([null, 'no JSON', '[]', '7', '"x"', 'null'])('%s is nothing that was kept', (text) => {
  if (text !== null) localStorage.setItem('test.choices', text);
  expect(choices.get()).toEqual(FIRST);
});

test('only what has the shape of a choice is taken', () => {
  const odd = { name: 3, size: null, wide: 'yes', open: ['x', 1], more: [], gone: 1, toString: 'x' };
  localStorage.setItem('test.choices', JSON.stringify(odd));
  expect(choices.get()).toEqual(FIRST);
  localStorage.setItem('test.choices', JSON.stringify({ ...odd, size: 5 }));
  expect(choices.get()).toEqual({ ...FIRST, size: 5 });
});

test('switches are true or false', () => {
  expect(switches({ light: true, colour: false, odd: 'x', none: null })).toEqual({ light: true, colour: false });
  expect(switches(['x'])).toEqual({});
});

test('a storage that is forbidden forgets', () => {
  const forbidden = () => {
    throw new Error('forbidden');
  };
  vi.stubGlobal('localStorage', { getItem: forbidden, setItem: forbidden });
  choices.set({ ...FIRST, size: 9 });
  expect(choices.get()).toEqual(FIRST);
  vi.unstubAllGlobals();
});
