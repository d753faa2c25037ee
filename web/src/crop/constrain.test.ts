import { describe, expect, test } from 'vitest';
import { HANDLES, angleOfRuler, fits, moved, reshaped, resized, sized, straightened } from './constrain';
import { rotated } from './geometry';
import { ratioOf } from './ratios';

const TURNED = { width: 6000, height: 4000 };
const WHOLE = { x: -3000, y: -2000, width: 6000, height: 4000 };
const SMALL = { x: -600, y: -400, width: 1200, height: 800 };
const ANGLES = [0, 4, -13, 30, -45];

describe('moving', () => {
  test('goes where it is dragged while there is room', () => {
    expect(moved(SMALL, 100, -50, 0, TURNED)).toEqual({ ...SMALL, x: -500, y: -450 });
  });

  test('glides along a border instead of stopping', () => {
    const result = moved(SMALL, 90000, 120, 0, TURNED);
    expect(result.x).toBeCloseTo(1800);
    expect(result.y).toBeCloseTo(-280);
  });

  test.each(ANGLES)('stays inside at %s degrees however far it is dragged', (angle) => {
    for (const [dx, dy] of [
      [9e4, 0],
      [-9e4, 9e4],
      [0, -9e4],
      [9e4, 9e4],
    ] as const) {
      expect(fits(moved(SMALL, dx, dy, angle, TURNED), angle, TURNED)).toBe(true);
    }
  });
});

describe.each(HANDLES.map((h) => [h] as const))('dragging the handle %s', (handle) => {
  const out = { n: [0, -1], s: [0, 1], e: [1, 0], w: [-1, 0] } as const;
  const dx = [...handle].reduce((sum, edge) => sum + out[edge as 'n'][0], 0);
  const dy = [...handle].reduce((sum, edge) => sum + out[edge as 'n'][1], 0);

  test('outwards moves that side only', () => {
    const result = resized(SMALL, handle, dx * 100, dy * 60, null, 0, TURNED);
    expect(result.width).toBeCloseTo(SMALL.width + Math.abs(dx) * 100);
    expect(result.height).toBeCloseTo(SMALL.height + Math.abs(dy) * 60);
    if (dx >= 0) expect(result.x).toBeCloseTo(SMALL.x);
    if (dy >= 0) expect(result.y).toBeCloseTo(SMALL.y);
  });

  test.each(ANGLES)('far outwards stays inside at %s degrees', (angle) => {
    const free = resized(SMALL, handle, dx * 1e5, dy * 1e5, null, angle, TURNED);
    expect(fits(free, angle, TURNED)).toBe(true);
    const locked = resized(SMALL, handle, dx * 1e5, dy * 1e5, 1.5, angle, TURNED);
    expect(fits(locked, angle, TURNED)).toBe(true);
    expect(locked.width / locked.height).toBeCloseTo(1.5, 6);
  });

  test('far inwards leaves a rectangle', () => {
    for (const ratio of [null, 1.5]) {
      const result = resized(SMALL, handle, -dx * 1e5, -dy * 1e5, ratio, 0, TURNED);
      expect(result.width).toBeGreaterThan(0);
      expect(result.height).toBeGreaterThan(0);
    }
  });
});

test('one edge at the border does not stop the other', () => {
  const result = resized(WHOLE, 'se', 50, -1000, null, 0, TURNED);
  expect(result).toEqual({ ...WHOLE, height: 3000 });
});

describe('straightening', () => {
  test.each([3, -8, 45])('shrinks the whole picture just enough at %s degrees', (angle) => {
    const result = straightened(WHOLE, 0, angle, TURNED);
    expect(fits(result, angle, TURNED)).toBe(true);
    expect(result.width / result.height).toBeCloseTo(1.5, 6);
    const larger = { ...result, width: result.width * 1.01, height: result.height * 1.01 };
    const grown = { ...larger, x: -larger.width / 2, y: -larger.height / 2 };
    expect(fits(grown, angle, TURNED)).toBe(false);
  });

  test('keeps the centre on its spot of the picture', () => {
    const aside = { x: 800, y: 300, width: 1200, height: 800 };
    const result = straightened(aside, 0, 20, TURNED);
    const spot = rotated({ x: result.x + result.width / 2, y: result.y + result.height / 2 }, 20);
    expect(spot.x).toBeCloseTo(1400);
    expect(spot.y).toBeCloseTo(700);
    expect(result.width).toBeCloseTo(1200);
  });

  test('keeps a small crop as large as it was', () => {
    const result = straightened(SMALL, 0, 10, TURNED);
    expect(result.width).toBeCloseTo(1200);
    expect(result.x + result.width / 2).toBeCloseTo(0);
  });
});

describe('aspect ratios', () => {
  test('a square from the whole picture is as high as the picture', () => {
    const result = reshaped(WHOLE, 1, 0, TURNED);
    expect(result.width).toBeCloseTo(4000);
    expect(result.height).toBeCloseTo(4000);
    expect(result.x).toBeCloseTo(-2000);
  });

  test('a small crop keeps its area', () => {
    const result = reshaped(SMALL, 1, 0, TURNED);
    expect(result.width * result.height).toBeCloseTo(1200 * 800);
  });

  test('swapping turns a landscape ratio upright', () => {
    expect(ratioOf('3 : 2', TURNED, { width: 1, height: 1 }, true)).toBeCloseTo(2 / 3);
    expect(ratioOf('original', TURNED, { width: 1, height: 1 }, false)).toBe(1.5);
    expect(ratioOf('custom', TURNED, { width: 7, height: 5 }, false)).toBe(1.4);
    expect(ratioOf('free', TURNED, { width: 7, height: 5 }, true)).toBeNull();
  });
});

test('a rectangle about a point at the border has no size left', () => {
  expect(sized({ x: 3000, y: 0 }, SMALL, 0, TURNED).width).toBeCloseTo(0);
});

describe('the ruler', () => {
  test('makes a falling line level', () => {
    expect(angleOfRuler({ x: 0, y: 0 }, { x: 100, y: 10 }, 0)).toBeCloseTo(5.7106, 3);
  });

  test('does not care in which direction the line was drawn', () => {
    expect(angleOfRuler({ x: 100, y: 10 }, { x: 0, y: 0 }, 0)).toBeCloseTo(5.7106, 3);
  });

  test('makes a nearly plumb line plumb', () => {
    expect(angleOfRuler({ x: 0, y: 0 }, { x: 5, y: 100 }, 2)).toBeCloseTo(2 - 2.8624, 3);
  });
});
