import { expect, test } from 'vitest';
import { FIT, arranged, draggedBy, placed, toggledAt } from './view';

const PHOTO = { width: 6000, height: 4000 };
const BOX = { width: 900, height: 900 };

test('a picture is fitted into the middle', () => {
  expect(placed(PHOTO, BOX, FIT)).toEqual({ left: 0, top: 150, width: 900, height: 600 });
  expect(placed({ width: 100, height: 50 }, BOX, FIT)).toEqual({ left: 0, top: 225, width: 900, height: 450 });
});

test('a click magnifies what was under it, and stays within the picture', () => {
  const corner = toggledAt(FIT, PHOTO, BOX, 899, 749);
  expect(placed(PHOTO, BOX, corner)).toMatchObject({ left: 900 - 6000, top: 900 - 4000 });
  const middle = toggledAt(FIT, PHOTO, BOX, 450, 450);
  expect(placed(PHOTO, BOX, middle)).toMatchObject({ left: -2550, top: -1550 });
  expect(toggledAt(middle, PHOTO, BOX, 1, 1)).toBe(FIT);
});

test('the same place is in the middle of photos of another size', () => {
  const view = toggledAt(FIT, PHOTO, BOX, 450, 450);
  expect(placed({ width: 3000, height: 2000 }, BOX, view)).toMatchObject({ left: -1050, top: -550 });
  expect(draggedBy(view, PHOTO, -600, 400)).toMatchObject({ x: 0.6, y: 0.4 });
  expect(draggedBy(FIT, PHOTO, 10, 10)).toBe(FIT);
});

test('pictures beside each other are as large as can be', () => {
  expect(arranged(2, { width: 1200, height: 500 })).toEqual({ columns: 2, rows: 1 });
  expect(arranged(4, { width: 1200, height: 800 })).toEqual({ columns: 2, rows: 2 });
  expect(arranged(3, { width: 300, height: 900 })).toEqual({ columns: 1, rows: 3 });
});
