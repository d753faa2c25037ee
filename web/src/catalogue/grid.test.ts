import { expect, test } from 'vitest';
import { layout, paced, reveal, rowsIn, rowsNext } from './grid';

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

test('a screen is asked for ahead, and more of them the quicker the hand is', () => {
  const grid = layout(100_000, 1000, 200, 24); // cells of 200 x 200
  expect(rowsNext(grid, [10, 15], 5, 0)).toEqual([15, 20]);
  expect(rowsNext(grid, [10, 15], 5, 4000)).toEqual([15, 25]);
  expect(rowsNext(grid, [10, 15], 5, 1e6)).toEqual([15, 35]);
  expect(rowsNext(grid, [20, 25], 5, -2800)).toEqual([10, 20]);
  expect(rowsNext(grid, [2, 7], 5, -1)).toEqual([0, 2]);
  expect(rowsNext(grid, [19_995, 20_000], 5, 6000)).toEqual([20_000, 20_000]);
});

test('while the hand goes on, the next screen is asked for once', () => {
  const grid = layout(100_000, 1000, 200, 24);
  const ends = Array.from({ length: 50 }, (_, row) => rowsNext(grid, [row, row + 5], 5, 6000)[1]);
  expect(new Set(ends).size).toBe(11);
});

test('the pace follows the hand, and its rests end it', () => {
  let pace = 0;
  for (let frame = 0; frame < 30; frame++) pace = paced(pace, 100, 1000 / 60);
  expect(pace).toBeCloseTo(6000, -1);
  expect(paced(pace, -50, 400)).toBe(-1);
});
