import { expect, test } from 'vitest';
import { type Pixels, type Plot, type Rgb, colourAt, placeOf, trace, vectorscope, waveform } from './scopes';

const SIDE = 131;

function picture(width: number, height: number, colour: (x: number, y: number) => Rgb): Pixels {
  const data = new Uint8ClampedArray(width * height * 4);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) data.set([...colour(x, y), 255], 4 * (y * width + x));
  return { data, width, height };
}

/** Where there is something, with how much. */
function found({ counts, width }: Plot): { x: number; y: number; count: number }[] {
  return [...counts].flatMap((count, at) => (count ? [{ x: at % width, y: Math.floor(at / width), count }] : []));
}

const ramp = picture(256, 3, (x) => [x, x, x]);

test('a grey ramp is a diagonal in the waveform of each signal and a dot in the middle of the vectorscope', () => {
  for (const signal of ['luma', 'red', 'green', 'blue'] as const) {
    const diagonal = found(waveform(ramp, signal, 256, 256));
    expect(diagonal).toHaveLength(256);
    expect(diagonal.every(({ x, y, count }) => x === 255 - y && count === 3)).toBe(true);
  }
  expect(found(vectorscope(ramp, SIDE))).toEqual([{ x: 65, y: 65, count: 3 * 256 }]);
});

test('fewer columns and rows than the picture has share its pixels, and none is lost', () => {
  const plot = waveform(ramp, 'luma', 16, 9);
  expect(plot.counts.reduce((sum, count) => sum + count)).toBe(3 * 256);
  for (const { x, y } of found(plot)) expect(Math.abs(x / 15 - (8 - y) / 8)).toBeLessThan(0.1);
});

test('a parade tells the channels apart, and luma weighs them', () => {
  const orange = picture(4, 2, () => [255, 102, 0]);
  const level = (signal: 'red' | 'green' | 'blue' | 'luma') =>
    255 - (found(waveform(orange, signal, 1, 256))[0]?.y ?? NaN);
  expect([level('red'), level('green'), level('blue')]).toEqual([255, 102, 0]);
  expect(level('luma')).toBe(Math.round(0.2126 * 255 + 0.7152 * 102));
});

test.each<[string, Rgb, number, number]>([
  // Cb and Cr of full colours, from BT.709's equations.
  ['red', [255, 0, 0], -0.1146, 0.5],
  ['yellow', [255, 255, 0], -0.5, 0.0458],
  ['green', [0, 255, 0], -0.3854, -0.4542],
  ['cyan', [0, 255, 255], 0.1146, -0.5],
  ['blue', [0, 0, 255], 0.5, -0.0458],
  ['magenta', [255, 0, 255], 0.3854, 0.4542],
])('pure %s lands on its target', (_, colour, cb, cr) => {
  const [dot, ...others] = found(
    vectorscope(
      picture(5, 5, () => colour),
      SIDE,
    ),
  );
  expect(others).toEqual([]);
  // The plot reaches 0.65 from its middle, which is at 65.
  expect(dot).toEqual({ x: Math.round(65 + 100 * cb), y: Math.round(65 - 100 * cr), count: 25 });
  const target = placeOf(colour.map((value) => value / 255) as unknown as Rgb);
  expect([target.x, target.y].map((part) => Math.round(part * (SIDE - 1)))).toEqual([dot?.x, dot?.y]);
});

test('a place of the vectorscope has the colour that lands there', () => {
  const skin: Rgb = [0.62, 0.48, 0.4];
  const { x, y } = placeOf(skin);
  const [red, green, blue] = colourAt(x, y).map((value) => value / 255);
  const again = placeOf([red ?? 0, green ?? 0, blue ?? 0]);
  expect(again.x).toBeCloseTo(x, 9);
  expect(again.y).toBeCloseTo(y, 9);
  expect(0.2126 * (red ?? 0) + 0.7152 * (green ?? 0) + 0.0722 * (blue ?? 0)).toBeCloseTo(0.5, 9);
});

test('the more pixels a place has the more it covers, and empty ones nothing', () => {
  const plot: Plot = { counts: new Uint32Array([0, 1, 4, 11]), width: 4, height: 1 };
  const { data } = trace(plot, () => [10, 20, 30]);
  expect([...data.subarray(0, 4)]).toEqual([0, 0, 0, 0]);
  expect([...data.subarray(8, 12)]).toEqual([10, 20, 30, 161]);
  const covered = [3, 7, 11, 15].map((at) => data[at] ?? 0);
  expect(covered).toEqual([...covered].sort((a, b) => a - b));
  expect(covered[3]).toBeGreaterThan(230);
});
