import { expect, test } from 'vitest';
import { steps } from './history';

const entries = ['Exposure +0.70', 'Crop'].map((label, i) => ({ index: i + 1, label, at: '' }));

test('the newest step is at the top and the photo as it was opened at the bottom', () => {
  expect(steps({ position: 2, entries }).map((s) => s.label)).toEqual(['Crop', 'Exposure +0.70', 'Opened']);
});

test('a click on the photo as it was opened takes everything back', () => {
  expect(steps({ position: 2, entries }).at(-1)).toMatchObject({ index: 0, current: false, undone: false });
  expect(steps({ position: 0, entries: [] })).toMatchObject([{ index: 0, current: true }]);
});

test('steps that were taken back stay in the list', () => {
  const [crop, exposure, opened] = steps({ position: 1, entries });
  expect([crop?.undone, exposure?.current, opened?.undone]).toEqual([true, true, false]);
});
