import { expect, test } from 'vitest';
import { NOTHING, all, begun, clicked, only, remaining, stepped, visible } from './selection';

const IDS = ['a', 'b', 'c', 'd', 'e'];
const names = (s: { selected: ReadonlySet<string> }) => [...s.selected].sort().join('');

test('a click selects one photo', () => {
  expect(clicked(only('a'), IDS, 'c', false, false)).toMatchObject({ active: 'c', anchor: 'c' });
});

test('a click with Ctrl adds and takes away, and never takes away the last', () => {
  const two = clicked(only('a'), IDS, 'c', false, true);
  expect([names(two), two.active]).toEqual(['ac', 'c']);
  const one = clicked(two, IDS, 'c', false, true);
  expect([names(one), one.active]).toEqual(['a', 'a']);
  expect(names(clicked(one, IDS, 'a', false, true))).toBe('a');
});

test('a click with Shift selects the range from where it began', () => {
  const range = clicked(only('b'), IDS, 'd', true, false);
  expect([names(range), range.active]).toEqual(['bcd', 'd']);
  expect(names(clicked(range, IDS, 'a', true, false))).toBe('ab');
});

test('the arrow keys go on to the next photo and stop at the ends', () => {
  expect(stepped(only('d'), IDS, 1).active).toBe('e');
  expect(stepped(only('e'), IDS, 1).active).toBe('e');
  expect(stepped(only('a'), IDS, -1).active).toBe('a');
  expect(names(stepped(only('b'), IDS, 1, true))).toBe('bc');
  expect(names(all(only('b'), IDS))).toBe('abcde');
});

test('what is gone from the folder is no longer selected', () => {
  const kept = remaining({ active: 'b', selected: new Set(['b', 'd']), anchor: 'b' }, ['a', 'd']);
  expect([kept.active, names(kept), kept.anchor]).toEqual(['d', 'd', 'd']);
});

test('only the cells in sight are drawn, however many photos there are', () => {
  expect(visible(0, 500, 100, 100000)).toEqual([0, 9]);
  expect(visible(5_000_000, 500, 100, 100000)).toEqual([49996, 50009]);
  expect(visible(0, 500, 100, 2)).toEqual([0, 2]);
});

test('a folder begins with the photo that it was opened by, and those asked for with it', () => {
  expect(begun(null)).toEqual(NOTHING);
  expect(begun('b')).toEqual(only('b'));
  const several = begun('b', ['b', 'd']);
  expect([several.active, [...several.selected]]).toEqual(['b', ['b', 'd']]);
});
