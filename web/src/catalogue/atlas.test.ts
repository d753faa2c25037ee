import { expect, test } from 'vitest';
import {
  type Cell,
  NEAREST,
  WORLD,
  clustered,
  drawnAt,
  fitted,
  gratingStep,
  joined,
  moved,
  placeAt,
  projected,
  scaleBar,
  searching,
  seen,
  side,
  written,
  zoomed,
} from './atlas';
import { digitsOf, latitude, length, longitude, meridians, parallels } from './graticule';

const size = { width: 800, height: 600 };
const cell = (latitude: number, longitude: number, photos: number, photo: number): Cell => ({
  latitude,
  longitude,
  photos,
  photo,
  box: [latitude, longitude, latitude, longitude],
});

test('places lie where Mercator has them, and come back', () => {
  expect(projected({ latitude: 0, longitude: 0 })).toEqual({ x: 0.5, y: 0.5 });
  expect(projected({ latitude: 90, longitude: 180 }).y).toBeCloseTo(0, 6); // the pole at the border of the square
  const bern = projected({ latitude: 46.95, longitude: 7.45 });
  const { latitude, longitude } = placeAt(bern.x, bern.y);
  expect([latitude, longitude]).toEqual([expect.closeTo(46.95, 9), expect.closeTo(7.45, 9)]);
});

test('what is under the hand stays there while it is zoomed', () => {
  const sight = { x: 0.52, y: 0.36, zoom: 5 };
  const place = { latitude: 47, longitude: 8 };
  const before = drawnAt(place, sight);
  const after = drawnAt(place, zoomed(sight, 1.7, before.left, before.top));
  expect([after.left, after.top]).toEqual([expect.closeTo(before.left, 6), expect.closeTo(before.top, 6)]);
  expect(zoomed(sight, 99).zoom).toBe(NEAREST);
});

test('dragging goes around the world and ends at the poles', () => {
  const sight = { x: 0.99, y: 0.5, zoom: 0 };
  expect(moved(sight, 0.02 * side(0), 0).x).toBeCloseTo(0.01, 9);
  expect(moved(sight, 0, 10_000).y).toBe(1);
  const fiji = drawnAt({ latitude: 0, longitude: 179 }, { x: 0.001, y: 0.5, zoom: 4 });
  expect(fiji.left).toBeLessThan(0); // beyond the date line, and near
  expect(fiji.left).toBeGreaterThan(-50);
});

test('what can be seen is a box, over the date line too', () => {
  const [south, west, north, east] = seen({ x: 0, y: 0.5, zoom: 4 }, size);
  expect(west).toBeGreaterThan(0);
  expect(east).toBeCloseTo(-west, 9);
  expect(south).toBeCloseTo(-north, 9);
  expect(seen(WORLD, { width: 2000, height: 2000 })).toEqual([-90, -180, 90, 180]);
});

test('all photos are fitted the shorter way around', () => {
  expect(joined([])).toBeNull();
  expect(
    joined([
      [-18, 179, -17, 179.9],
      [-14, -172, -13, -171],
    ]),
  ).toEqual([-18, 179, -13, -171]);
  expect(
    joined([
      [46, 7, 47, 8],
      [40, -4, 41, -3],
    ]),
  ).toEqual([40, -4, 47, 8]);
  const sight = fitted([[46, 7, 47, 8]], size, 50);
  for (const [latitude, longitude] of [
    [46, 7],
    [47, 8],
  ] as const) {
    const { left, top } = drawnAt({ latitude, longitude }, sight);
    expect(Math.abs(left)).toBeLessThanOrEqual(350.001);
    expect(Math.abs(top)).toBeLessThanOrEqual(250.001);
  }
  expect(fitted([], size, 50)).toEqual(WORLD);
  expect(fitted([[46, 7, 46, 7]], size, 50).zoom).toBe(NEAREST);
});

test('marks that would cover each other are one, none lost', () => {
  const cells = [cell(46.95, 7.45, 2, 5), cell(46.96, 7.46, 30, 9), cell(0, 179.9, 1, 1), cell(0, -179.9, 1, 2)];
  const far = clustered(cells, 3, 56);
  expect(far.map(({ photos, photo }) => [photos, photo])).toEqual([
    [32, 9],
    [2, 1],
  ]);
  expect(far[0]?.box).toEqual([46.95, 7.45, 46.96, 7.46]);
  expect(Math.abs(far[1]?.longitude ?? 0)).toBeCloseTo(180, 6); // and not in the middle of Africa
  expect(far[1]?.box).toEqual([0, 179.9, 0, -179.9]);
  expect(clustered(cells, 14, 56)).toHaveLength(4);
});

test('a box is written outwards, and takes the place of another in a search', () => {
  expect(written([46.95000049, 7.45, 46.95000049, 7.45])).toBe('46.95,7.45,46.950001,7.45');
  expect(written([-90, -180, 90, 180])).toBe('-90,-180,90,180');
  expect(searching('', [1, 2, 3, 4])).toBe('box:1,2,3,4');
  expect(searching('owl box:9,9,9,9 night', [1, 2, 3, 4])).toBe('owl night box:1,2,3,4');
  expect(searching('owl OR fox', [1, 2, 3, 4])).toBe('(owl OR fox) box:1,2,3,4');
});

test('scale and graticule are round, and true to the middle of the map', () => {
  const bar = scaleBar({ x: 0.5, y: 0.5, zoom: 0 }, 140);
  expect(bar.metres).toBe(20_000_000);
  expect(bar.width).toBeCloseTo((20_000_000 / 40_075_017) * 256, 6);
  const north = scaleBar({ x: 0.5, y: projected({ latitude: 60, longitude: 0 }).y, zoom: 0 }, 140);
  expect(north.metres).toBe(10_000_000); // half as far for each pixel
  expect(gratingStep(0, 96)).toBe(60);
  expect(gratingStep(5, 96)).toBe(5);
  expect([digitsOf(5), digitsOf(0.5), digitsOf(0.05)]).toEqual([0, 1, 2]);
  const sight = { x: 0, y: 0.5, zoom: 3 };
  expect(meridians(sight, size, 60).map(({ degrees }) => longitude(degrees))).toEqual(['120° E', '180°', '120° W']);
  expect(parallels(sight, size, 20).map(({ degrees }) => latitude(degrees))).toEqual([
    '40° S',
    '20° S',
    '0°',
    '20° N',
    '40° N',
  ]);
  expect([length(500), length(20_000)]).toEqual(['500 m', '20 km']);
});
