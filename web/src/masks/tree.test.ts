import { describe, expect, test } from 'vitest';
import type { Adjustment } from '../develop/parameter';
import { type Affine, freeName, fromFrame, pending, toFrame, withComponent, worth } from './tree';

const sky: Adjustment = {
  id: 'a',
  name: 'Sky',
  mask: { components: [{ kind: { kind: 'sky' } }] },
  delta: {},
  amount: 1,
  enabled: true,
};

describe('masks', () => {
  test('wait until what they ask for was found', () => {
    const found = new Set(['sky']);
    expect(pending(sky, found)).toBe(true);
    expect(pending(withComponent(sky, 0, { kind: { kind: 'sky', raster: 'x' } }), found)).toBe(false);
    expect(pending(withComponent(sky, 0, { kind: { kind: 'sky' }, enabled: false }), found)).toBe(false);
  });

  test('get names of their own', () => {
    expect(freeName('Sky', [])).toBe('Sky');
    expect(freeName('Sky', [sky, { ...sky, name: 'Sky 2' }])).toBe('Sky 3');
  });

  test('lie in the frame, wherever the picture is turned to', () => {
    const turned: Affine = [0.1, -0.5, 0.7, 0.8, 0.2, 0.05];
    const back = fromFrame(turned, toFrame(turned, { x: 0.3, y: 0.9 }));
    expect(back.x).toBeCloseTo(0.3);
    expect(back.y).toBeCloseTo(0.9);
  });

  test('lie in the frame where a lens bends the picture', () => {
    const places = [0, 1, 2].flatMap((y) => [0, 1, 2].flatMap((x) => [x / 2 + 0.05 * (y - 1) ** 2, y / 3 + 0.02 * x]));
    const plain: Affine = [1, 0, 0, 0, 0.7, 0];
    const bent = Object.assign(plain, { mesh: { columns: 3, rows: 3, places } });
    for (const spot of [
      { x: 0.1, y: 0.2 },
      { x: 0.5, y: 0.52 },
      { x: 0.93, y: 0.71 },
      { x: 1.1, y: -0.1 },
    ]) {
      const back = fromFrame(bent, toFrame(bent, spot));
      expect(back.x).toBeCloseTo(spot.x, 5);
      expect(back.y).toBeCloseTo(spot.y, 5);
    }
    expect(toFrame(bent, { x: 1, y: 1 }).x).toBeCloseTo(1.05);
  });

  test('strokes keep points that are apart', () => {
    expect(worth([], { x: 0, y: 0 }, 0.1)).toBe(true);
    expect(worth([[0, 0, 1]], { x: 0.001, y: 0 }, 0.1)).toBe(false);
    expect(worth([[0, 0, 1]], { x: 0.02, y: 0 }, 0.1)).toBe(true);
  });
});
