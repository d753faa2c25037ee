import { beforeEach, expect, test } from 'vitest';
import type { Point } from '../../masks/tree';
import { Outlining } from './outlining.svelte';

const A = { x: 0.1, y: 0.1 };
const B = { x: 0.5, y: 0.1 };
const C = { x: 0.3, y: 0.5 };
let closed: (readonly Point[])[];
let line: Outlining;

beforeEach(() => {
  closed = [];
  line = new Outlining((corners) => closed.push(corners));
});

test('clicks are corners, and a click on the first closes the line', () => {
  for (const corner of [A, B, C]) line.lift(corner, false);
  expect(line.open).toBe(true);
  line.lift(A, true);
  expect(closed).toEqual([[A, B, C]]);
  expect(line.open).toBe(false);
});

test('a drag is a free line that closes when the hand is lifted', () => {
  line.drag(A, B);
  line.drag(A, { x: 0.5001, y: 0.1 });
  line.drag(A, C);
  line.lift(C, false);
  expect(closed).toEqual([[A, B, C]]);
});

test('corners can be taken back, and two are no outline', () => {
  for (const corner of [A, B, C]) line.lift(corner, false);
  line.back();
  line.close();
  expect(closed).toEqual([]);
  expect(line.open).toBe(false);
});

test('a drag between clicks does not begin another line', () => {
  line.lift(A, false);
  line.drag(B, C);
  line.lift(C, false);
  expect(line.corners).toEqual([A, C]);
});
