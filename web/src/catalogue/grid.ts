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

/** The scroll position nearest to `top` at which the photo at `index` is whole in sight. */
export function reveal(grid: Layout, index: number, top: number, height: number): number {
  const from = Math.floor(index / grid.columns) * grid.height;
  if (from < top) return from;
  return Math.max(top, from + grid.height - height);
}
