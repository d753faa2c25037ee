import { expect, test } from 'vitest';
import { layout, reveal, rowsIn } from './grid';

test('cells fill the width and are never smaller than wanted', () => {
  expect(layout(100_000, 1000, 160, 24)).toMatchObject({ columns: 6, rows: 16_667 });
  expect(layout(5, 100, 160, 24).columns).toBe(1);
  for (const width of [300, 801, 1237]) expect(layout(10, width, 150, 0).width).toBeGreaterThanOrEqual(150);
});

test('only rows in sight are drawn, however many there are', () => {
  const grid = layout(100_000, 1000, 200, 24); // cells of 200 x 200
  expect(rowsIn(grid, 0, 800)).toEqual([0, 4]);
  expect(rowsIn(grid, 100, 800, 2)).toEqual([0, 7]);
  expect(rowsIn(grid, grid.rows * grid.height - 800, 800, 2)).toEqual([19_994, 20_000]);
});

test('a browser can be as tall as the grid', () => {
  const grid = layout(1_000_000, 800, 400, 30);
  expect(grid.rows * grid.height).toBeLessThanOrEqual(30_000_000);
});

test('going to a photo scrolls no further than needed', () => {
  const grid = layout(100, 1000, 200, 24);
  expect(reveal(grid, 0, 500, 800)).toBe(0);
  expect(reveal(grid, 12, 300, 800)).toBe(300);
  expect(reveal(grid, 50, 0, 800)).toBe(11 * 200 - 800);
});
