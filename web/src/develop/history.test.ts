import { expect, test } from 'vitest';
import { steps } from './history';

const entries = ['Opened', 'Exposure +0.70', 'Crop'].map((label, index) => ({ index, label, at: '' }));

test('the newest step is at the top and the untouched photo at the bottom', () => {
  expect(steps({ position: 2, entries }).map((s) => s.label)).toEqual(['Crop', 'Exposure +0.70', 'Opened']);
});

test('steps that were taken back stay in the list', () => {
  const [crop, exposure, opened] = steps({ position: 1, entries });
  expect([crop?.undone, exposure?.current, opened?.undone]).toEqual([true, true, false]);
});
