import { expect, test } from 'vitest';
import { withSample } from './sampling';

const found = { colour: [0.5, 0.1, 0] as [number, number, number], lightness: 3.2, distance: 97 };

test('a colour is added to those that were picked', () => {
  const kind = withSample({ kind: 'colour', tolerance: 20, colours: [[1, 0, 0]] }, found);
  expect(kind).toEqual({ kind: 'colour', tolerance: 20, colours: [[1, 0, 0], found.colour] });
});

test('a brightness and a distance are ranges around them, within the scale', () => {
  expect(withSample({ kind: 'luminance', soft_low: 5 }, found)).toEqual({
    kind: 'luminance',
    soft_low: 5,
    low: 0,
    high: 11,
  });
  expect(withSample({ kind: 'depth', raster: 'r' }, found)).toEqual({ kind: 'depth', raster: 'r', near: 89, far: 100 });
});
