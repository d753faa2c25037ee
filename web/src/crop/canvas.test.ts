import { describe, expect, test } from 'vitest';
import type { Settings } from '../develop/parameter';
import { around, beyond, outline, reachOf, sight, wholeCanvas } from './canvas';
import { HANDLES, apart, fits, moved, reshaped, resized, straightened } from './constrain';

const TURNED = { width: 6000, height: 4000 };
const WHOLE = { x: -3000, y: -2000, width: 6000, height: 4000 };
const WIDER = { x: -3000, y: -2600, width: 7500, height: 4600 };
const STICK = 40;
const OUT = { n: [0, -1], s: [0, 1], e: [1, 0], w: [-1, 0] } as const;

describe('what is new', () => {
  test('is nothing of a rectangle in the picture', () => {
    expect(beyond(WHOLE, 0, TURNED)).toBeCloseTo(0, 12);
    expect(beyond({ x: -300, y: -200, width: 600, height: 400 }, 23, TURNED)).toBeCloseTo(0, 12);
  });

  test('is what lies beyond it', () => {
    expect(beyond({ ...WHOLE, width: 7500 }, 0, TURNED)).toBeCloseTo(0.2, 9);
    expect(beyond(WIDER, 0, TURNED)).toBeCloseTo(1 - (6000 * 4000) / (7500 * 4600), 9);
    expect(beyond({ x: 4000, y: 0, width: 100, height: 100 }, 0, TURNED)).toBe(1);
  });

  test('counts the corners of a tilted picture', () => {
    const square = { width: 2000, height: 2000 };
    const diagonal = 2000 * Math.SQRT2;
    const rect = { x: -diagonal / 2, y: -diagonal / 2, width: diagonal, height: diagonal };
    expect(beyond(rect, 45, square)).toBeCloseTo(0.5, 9);
    expect(outline(square, 45).map(({ x }) => Math.round(x))).toContain(Math.round(diagonal / 2));
  });
});

describe.each(HANDLES.map((h) => [h] as const))('pulling the handle %s', (handle) => {
  const dx = [...handle].reduce((sum, edge) => sum + OUT[edge as 'n'][0], 0);
  const dy = [...handle].reduce((sum, edge) => sum + OUT[edge as 'n'][1], 0);

  test.each([null, 1.5])('a little beyond the edge stays there, ratio %s', (ratio) => {
    const result = resized(WHOLE, handle, dx * 20, dy * 20, ratio, 0, TURNED, STICK);
    expect(apart(result, WHOLE)).toBeLessThan(1e-6);
  });

  test('further goes beyond, by as much as it is pulled', () => {
    const result = resized(WHOLE, handle, dx * 900, dy * 700, null, 0, TURNED, STICK);
    expect(result.width).toBeCloseTo(WHOLE.width + Math.abs(dx) * 900);
    expect(result.height).toBeCloseTo(WHOLE.height + Math.abs(dy) * 700);
  });

  test.each([0, 12, -40])('ends one picture beyond at %s degrees and keeps its ratio', (angle) => {
    const small = { x: -300, y: -200, width: 600, height: 400 };
    const result = resized(small, handle, dx * 1e6, dy * 1e6, 1.5, angle, TURNED, STICK);
    expect(fits(result, angle, reachOf(TURNED))).toBe(true);
    expect(result.width / result.height).toBeCloseTo(1.5, 6);
    expect(beyond(result, angle, TURNED)).toBeGreaterThan(0.2);
  });

  test('an edge that is beyond already moves freely, and the others still stop', () => {
    const out = resized(WIDER, handle, dx * 10, dy * 10, null, 0, TURNED, STICK);
    const free = { e: handle.includes('e') ? 10 : 0, n: handle.includes('n') ? 10 : 0 };
    expect(out.x + out.width).toBeCloseTo(4500 + free.e);
    expect(out.y).toBeCloseTo(-2600 - free.n);
    expect(out.x).toBeCloseTo(-3000);
    expect(out.y + out.height).toBeCloseTo(2000);
  });
});

test('without a magnet to overcome nothing goes beyond', () => {
  expect(resized(WHOLE, 'e', 1e5, 0, null, 0, TURNED)).toEqual(WHOLE);
});

describe('a rectangle that reaches beyond', () => {
  test('moves over the canvas, and stops where that ends', () => {
    expect(moved(WIDER, -200, 100, 0, TURNED)).toMatchObject({ x: -3200, y: -2500 });
    expect(fits(moved(WIDER, 1e6, -1e6, 0, TURNED), 0, reachOf(TURNED))).toBe(true);
  });

  test('keeps its size when it is straightened', () => {
    const result = straightened(WIDER, 0, 7, TURNED);
    expect(result.width).toBeCloseTo(WIDER.width);
    expect(result.height).toBeCloseTo(WIDER.height);
  });

  test('keeps its area with another ratio', () => {
    const result = reshaped(WIDER, 1, 0, TURNED);
    expect(result.width * result.height).toBeCloseTo(WIDER.width * WIDER.height, 3);
  });
});

test('the crop tool has the picture and the rectangle in sight', () => {
  expect(sight(TURNED, 0, null)).toEqual(WHOLE);
  expect(sight(TURNED, 0, WIDER)).toEqual(around(WHOLE, WIDER));
  expect(sight(TURNED, 90, null)).toMatchObject({ width: expect.closeTo(4000) as number });
});

describe('all that there is to see', () => {
  const patch = (rect: number[], more: object = {}) => ({ id: 'a', rect, variants: ['0'.repeat(16)], ...more });
  const of = (...patches: object[]) => wholeCanvas({ crop_left: 0.3, patches } as unknown as Settings, TURNED);
  const corners = ({ patches, ...rest }: Settings) => (patches ? rest : {});

  test('is the frame, whatever the crop', () => {
    expect(wholeCanvas({ crop_left: -0.5, crop_angle: 4, exposure: 1 }, TURNED)).toEqual({ exposure: 1 });
    expect(corners(of(patch([10, 10, 50, 50])))).toEqual({});
  });

  test('reaches over patches that are shown, one frame beyond at most', () => {
    expect(corners(of(patch([-1500, 0, 1500, 4000])))).toEqual({ crop_left: -0.25 });
    expect(corners(of(patch([6000, -90000, 3000, 99000])))).toEqual({ crop_right: 1.5, crop_top: -1, crop_bottom: 2 });
    expect(corners(of(patch([-1500, 0, 1500, 4000], { enabled: false })))).toEqual({});
  });
});
