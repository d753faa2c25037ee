import { expect, test } from 'vitest';
import { compared, replaced, spread, surveyed } from './beside';
import { only } from './picks';

const ORDER = new Uint32Array([50, 40, 30, 20, 10]);
const three = { active: 30, selected: new Set([30, 50, 10]), anchor: null };

test('what is chosen is compared in the order of the list, one photo with the next', () => {
  expect(compared(three, ORDER, 2)).toEqual([50, 30, 10]);
  expect(compared(only(30), ORDER, 2)).toEqual([30, 20]);
  expect(compared(only(10), ORDER, 4)).toEqual([10, 20]);
  expect(compared(only(7), new Uint32Array([7]), 0)).toEqual([7]);
  expect(surveyed(three, ORDER, 2)).toEqual([50, 30, 10]);
  expect(surveyed(only(40), ORDER, 1)).toEqual([40, 30, 20, 10]);
});

test('the candidate gives way to the next photo that is not shown yet', () => {
  expect(replaced([50, 40], ORDER, 40, 1)).toEqual({ beside: [50, 30], active: 30 });
  expect(replaced([50, 40], ORDER, 50, 1)).toEqual({ beside: [50, 30], active: 30 });
  expect(replaced([30, 20], ORDER, 20, -1)).toEqual({ beside: [30, 40], active: 40 });
  expect(replaced([50, 10], ORDER, 10, 1)).toBeNull();
});

test('four are two and those that follow', () => {
  expect(spread([50, 40], ORDER, 4)).toEqual([50, 40, 30, 20]);
  expect(spread([50, 40, 30, 20], ORDER, 2)).toEqual([50, 40]);
});
