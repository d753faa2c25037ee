import { expect, test } from 'vitest';
import { NONE, all, clicked, led, only, remaining, stepped } from './picks';

const ORDER = new Uint32Array([50, 40, 30, 20, 10]);
const chosen = (p: { selected: ReadonlySet<number> }) => [...p.selected].sort((a, b) => a - b);

test('clicks choose one, with Ctrl more and fewer, with Shift a range', () => {
  expect(clicked(NONE, ORDER, 2, false, false)).toMatchObject({ active: 30, anchor: 30 });
  const two = clicked(only(50), ORDER, 2, false, true);
  expect([chosen(two), two.active]).toEqual([[30, 50], 30]);
  expect(clicked(two, ORDER, 2, false, true)).toMatchObject({ active: 50 });
  expect(chosen(clicked(only(50), ORDER, 0, false, true))).toEqual([50]);
  const range = clicked(only(40), ORDER, 3, true, false);
  expect([chosen(range), range.active]).toEqual([[20, 30, 40], 20]);
  expect(chosen(clicked(range, ORDER, 0, true, false))).toEqual([40, 50]);
  expect(chosen(clicked(two, ORDER, 4, true, true))).toEqual([10, 20, 30, 50]);
});

test('of several that are chosen another one leads without the others being lost', () => {
  expect(led(all(NONE, ORDER), 20)).toMatchObject({ active: 20, selected: new Set(ORDER) });
  expect(chosen(led(only(10), 20))).toEqual([20]);
});

test('keys go by places and stop at the ends', () => {
  expect(stepped(only(20), ORDER, 1).active).toBe(10);
  expect(stepped(only(10), ORDER, 3).active).toBe(10);
  expect(stepped(NONE, ORDER, 1).active).toBe(50);
  expect(chosen(stepped(only(40), ORDER, 2, true))).toEqual([20, 30, 40]);
  expect(stepped(only(1), new Uint32Array(), 1)).toBe(NONE);
});

test('a photo that leaves the list gives its place to the next one', () => {
  const after = new Uint32Array([50, 40, 20, 10]);
  expect(remaining(only(30), after, 2).active).toBe(20);
  expect(remaining(only(10), new Uint32Array([50, 40]), 4).active).toBe(40);
  const some = { active: 30, selected: new Set([50, 30]), anchor: 30 };
  expect(remaining(some, after, 2)).toMatchObject({ active: 50, selected: new Set([50]) });
  expect(remaining(only(1), new Uint32Array(), 0)).toBe(NONE);
});
