import { expect, test } from 'vitest';
import { steps } from './history';

const entries = [
  { label: 'Exposure +0.70', at: '2026-11-23T15:00:00Z' },
  { label: 'Crop', at: '2026-11-23T15:01:00Z' },
];

test('the newest step is at the top and the untouched photo at the bottom', () => {
  expect(steps({ position: 2, entries }).map((s) => s.label)).toEqual(['Crop', 'Exposure +0.70', 'Original']);
});

test('a step leads to as many entries as it takes to have it in effect', () => {
  expect(steps({ position: 2, entries }).map((s) => s.position)).toEqual([2, 1, 0]);
});

test('steps that were taken back stay in the list', () => {
  const [crop, exposure, original] = steps({ position: 1, entries });
  expect([crop?.undone, exposure?.current, original?.undone]).toEqual([true, true, false]);
  expect(steps({ position: 0, entries: [] })).toMatchObject([{ label: 'Original', current: true }]);
});
