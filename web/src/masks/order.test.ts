import { expect, test } from 'vitest';
import { arranged, placeFor } from './order';

test('one entry goes to another place, the others keep their order', () => {
  expect(arranged(['a', 'b', 'c'], 0, 2)).toEqual(['b', 'c', 'a']);
  expect(arranged(['a', 'b', 'c'], 2, 0)).toEqual(['c', 'a', 'b']);
  expect(arranged(['a', 'b', 'c'], 1, 1)).toEqual(['a', 'b', 'c']);
});

test('what is dropped goes where the hand is', () => {
  const middles = [10, 30, 50];
  expect(placeFor(0, 5, middles)).toBe(0);
  expect(placeFor(0, 35, middles)).toBe(1);
  expect(placeFor(0, 90, middles)).toBe(2);
  expect(placeFor(2, 5, middles)).toBe(0);
  expect(placeFor(1, 32, middles)).toBe(1);
});
