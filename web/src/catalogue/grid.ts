/** Where the cells of a grid of any number of photos are, and which of them are in sight. */
export interface Layout {
  columns: number;
  rows: number;
  /** Of a cell with its share of the gaps, in pixels. */
  width: number;
  height: number;
}

/** Browsers draw nothing beyond about 33 million pixels. */
const TALLEST = 30_000_000;

/** Of a picture's place: nearly square, for pictures that lie and those that stand. */
const PROPORTION = 0.88;

/** Cells of at least `wanted` pixels fill the width. below: the height of what is written under a picture. */
export function layout(count: number, width: number, wanted: number, below: number): Layout {
  const columns = Math.max(1, Math.floor(width / wanted));
  const cell = Math.max(1, width / columns);
  const rows = Math.ceil(count / columns);
  return {
    columns,
    rows,
    width: cell,
    height: Math.min(Math.round(cell * PROPORTION + below), TALLEST / Math.max(1, rows)),
  };
}

/** First and one-past-last row between two heights, with `beside` more on either side. */
export function rowsIn(grid: Layout, top: number, height: number, beside = 0): [number, number] {
  const first = Math.max(0, Math.floor(top / grid.height) - beside);
  return [Math.min(first, grid.rows), Math.min(grid.rows, Math.ceil((top + height) / grid.height) + beside)];
}

/** How far ahead of the hand pictures are asked for: by the time that they take, within a number of screens. */
const AHEAD_S = 0.5;
const MOST_SCREENS = 4;

/**
 * Rows that come into sight next when the hand goes on at `pace` pixels a second, up if negative. They are counted in
 * whole screens, `screen` rows each: one question for many photos costs hardly more than one for a row.
 */
export function rowsNext(
  grid: Layout,
  sight: readonly [number, number],
  screen: number,
  pace: number,
): [number, number] {
  const rows = Math.ceil((Math.abs(pace) * AHEAD_S) / grid.height);
  const further = Math.min(Math.max(rows, screen), MOST_SCREENS * screen);
  if (pace < 0) return [Math.max(0, Math.floor((sight[0] - further) / screen) * screen), sight[0]];
  return [sight[1], Math.min(grid.rows, Math.ceil((sight[1] + further) / screen) * screen)];
}

/** A hand that stops for longer begins anew, in milliseconds; and how much the last movement counts. */
const STOPS = 250;
const LATEST = 0.3;

/** The pace of the hand, in pixels a second, when it has gone `by` pixels within so many milliseconds. */
export function paced(before: number, by: number, ms: number): number {
  if (ms > STOPS) return Math.sign(by);
  return before * (1 - LATEST) + (by / Math.max(1, ms)) * 1000 * LATEST;
}

/** The scroll position nearest to `top` at which the photo at `index` is whole in sight. */
export function reveal(grid: Layout, index: number, top: number, height: number): number {
  const from = Math.floor(index / grid.columns) * grid.height;
  if (from < top) return from;
  return Math.max(top, from + grid.height - height);
}
