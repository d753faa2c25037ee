import { describe, expect, test } from 'vitest';
import {
  type Crop,
  type Orientation,
  UPRIGHT,
  WHOLE,
  alike,
  apply,
  boundsAt,
  boxOf,
  boxOfLevel,
  cropOf,
  developedSize,
  frameToDeveloped,
  inverse,
  levelOf,
  multiplied,
  rotated,
  turnBox,
  turnPoint,
  turnedSize,
  unturnBox,
  unturnPoint,
} from './geometry';
import { cropIn, onlyGeometry, orientationIn, withoutCrop } from './settings';

const FRAME = { width: 6000, height: 4000 };
const ORIENTATIONS: Orientation[] = [false, true].flatMap((flipHorizontal) =>
  [false, true].flatMap((flipVertical) =>
    ([0, 90, 180, 270] as const).map((rotate) => ({ rotate, flipHorizontal, flipVertical })),
  ),
);
const CROPS: Crop[] = [
  WHOLE,
  { left: 0.1, top: 0.2, right: 0.7, bottom: 0.9, angle: 0 },
  { left: 0.2, top: 0.25, right: 0.75, bottom: 0.8, angle: 7.5 },
  { left: 0.3, top: 0.2, right: 0.72, bottom: 0.7, angle: -31 },
  { left: -0.25, top: 0.1, right: 1.5, bottom: 1.1, angle: 0 },
  { left: -0.3, top: -0.2, right: 0.8, bottom: 1.1, angle: 6 },
];
const name = (o: Orientation) => `${o.rotate}${o.flipHorizontal ? ' h' : ''}${o.flipVertical ? ' v' : ''}`;

function expectPoint(actual: { x: number; y: number }, x: number, y: number) {
  expect(actual.x).toBeCloseTo(x, 3);
  expect(actual.y).toBeCloseTo(y, 3);
}

test('turning is clockwise with y down', () => {
  expectPoint(rotated({ x: 1, y: 0 }, 90), 0, 1);
});

describe('the crop rectangle', () => {
  test('without an angle is the part of the frame between its corners', () => {
    const box = boxOf({ left: 0.25, top: 0.5, right: 0.75, bottom: 1, angle: 0 }, FRAME);
    expect(box).toEqual({ x: 3000, y: 3000, width: 3000, height: 2000, angle: 0 });
  });

  test('has its stored corners where the turned rectangle has them', () => {
    const crop = { left: 0.2, top: 0.25, right: 0.75, bottom: 0.8, angle: 12 };
    const box = boxOf(crop, FRAME);
    const corner = rotated({ x: -box.width / 2, y: -box.height / 2 }, 12);
    expectPoint({ x: box.x + corner.x, y: box.y + corner.y }, 0.2 * 6000, 0.25 * 4000);
  });

  test("has the diagonal's length whatever the angle", () => {
    const crop = { left: 0.3, top: 0.3, right: 0.7, bottom: 0.7, angle: 20 };
    const box = boxOf(crop, FRAME);
    expect(Math.hypot(box.width, box.height)).toBeCloseTo(Math.hypot(2400, 1600), 6);
  });

  test.each(CROPS)('survives the way to a box and back: $angle', (crop) => {
    const back = cropOf(boxOf(crop, FRAME), FRAME);
    for (const key of ['left', 'top', 'right', 'bottom', 'angle'] as const) expect(back[key]).toBeCloseTo(crop[key], 5);
  });

  test('stores no excess that only rounding made and never a negative zero', () => {
    const crop = cropOf({ x: 3000, y: 2000, width: 6000.001, height: 4000.001, angle: -0 }, FRAME);
    expect(crop).toEqual({ left: 0, top: 0, right: 1, bottom: 1, angle: 0 });
    expect(Object.is(crop.left, -0)).toBe(false);
    expect(Object.is(crop.angle, -0)).toBe(false);
  });

  test('ends one frame beyond the frame', () => {
    const crop = cropOf({ x: 3000, y: 2000, width: 30000, height: 30000, angle: 0 }, FRAME);
    expect(crop).toEqual({ left: -1, top: -1, right: 2, bottom: 2, angle: 0 });
  });
});

describe.each(ORIENTATIONS.map((o) => [name(o), o] as const))('orientation %s', (_, orientation) => {
  test('turns points and back', () => {
    const point = { x: 1234, y: 567 };
    const back = unturnPoint(turnPoint(point, FRAME, orientation), FRAME, orientation);
    expectPoint(back, point.x, point.y);
  });

  test('keeps the frame inside its turned size', () => {
    const size = turnedSize(FRAME, orientation);
    for (const corner of [
      { x: 0, y: 0 },
      { x: 6000, y: 0 },
      { x: 0, y: 4000 },
      { x: 6000, y: 4000 },
    ]) {
      const { x, y } = turnPoint(corner, FRAME, orientation);
      expect([0, size.width]).toContain(x);
      expect([0, size.height]).toContain(y);
    }
  });

  test.each(CROPS)('turns boxes and back, and the corners of the picture are those of the box: $angle', (crop) => {
    const box = boxOf(crop, FRAME);
    const turned = turnBox(box, FRAME, orientation);
    const back = unturnBox(turned, FRAME, orientation);
    expectPoint(back, box.x, box.y);
    expect(back.angle).toBeCloseTo(box.angle, 9);
    expect(back.width).toBeCloseTo(box.width, 6);

    // A corner of the turned box, taken back to the frame, is a corner of the developed picture.
    const half = rotated({ x: -turned.width / 2, y: -turned.height / 2 }, turned.angle);
    const inFrame = unturnPoint({ x: turned.x + half.x, y: turned.y + half.y }, FRAME, orientation);
    expectPoint(apply(frameToDeveloped(FRAME, crop, orientation), inFrame), 0, 0);
  });

  test.each(CROPS)('develops the size that the turned box has: $angle', (crop) => {
    const box = turnBox(boxOf(crop, FRAME), FRAME, orientation);
    const size = developedSize(FRAME, crop, orientation);
    expect(size.width).toBeCloseTo(box.width, 6);
    expect(size.height).toBeCloseTo(box.height, 6);
  });

  test.each(CROPS)('goes to level coordinates and back: $angle', (crop) => {
    const turned = turnedSize(FRAME, orientation);
    const box = turnBox(boxOf(crop, FRAME), FRAME, orientation);
    const back = boxOfLevel(levelOf(box, turned), box.angle, turned);
    expectPoint(back, box.x, box.y);
    expect(back.width).toBeCloseTo(box.width, 6);
  });
});

test('a mirrored picture straightens the other way', () => {
  const box = { x: 3000, y: 2000, width: 1000, height: 500, angle: 5 };
  expect(turnBox(box, FRAME, { ...UPRIGHT, flipHorizontal: true }).angle).toBe(-5);
  expect(turnBox(box, FRAME, { ...UPRIGHT, flipHorizontal: true, flipVertical: true }).angle).toBe(5);
});

test('flips come before quarter turns', () => {
  const orientation: Orientation = { rotate: 90, flipHorizontal: true, flipVertical: false };
  // The top left corner goes to the top right by the flip, then to the bottom right by the turn.
  expect(turnPoint({ x: 0, y: 0 }, FRAME, orientation)).toEqual({ x: 4000, y: 6000 });
});

test('the bounds of a tilted picture grow and swap at a right angle', () => {
  const { width, height } = boundsAt(FRAME, 90);
  expectPoint({ x: width, y: height }, 4000, 6000);
  expect(boundsAt(FRAME, 3).width).toBeGreaterThan(6000);
});

describe('maps', () => {
  const crop = { left: 0.2, top: 0.25, right: 0.75, bottom: 0.8, angle: 12 };
  const first = frameToDeveloped(FRAME, crop, { ...UPRIGHT, rotate: 90 });
  const second = frameToDeveloped(FRAME, WHOLE, { ...UPRIGHT, flipHorizontal: true });

  test('go there and back', () => {
    const back = apply(inverse(first), apply(first, { x: 321, y: 654 }));
    expectPoint(back, 321, 654);
  });

  test('follow each other, the second factor first', () => {
    const both = apply(multiplied(first, second), { x: 321, y: 654 });
    const step = apply(first, apply(second, { x: 321, y: 654 }));
    expectPoint(both, step.x, step.y);
  });

  test('are told apart', () => {
    expect(alike(first, [...first])).toBe(true);
    expect(alike(first, second)).toBe(false);
  });
});

describe('settings', () => {
  test('say nothing about the whole upright picture', () => {
    expect(cropIn({})).toEqual(WHOLE);
    expect(orientationIn({ exposure: 1 })).toEqual(UPRIGHT);
  });

  test('hold crop and orientation beside the rest', () => {
    const settings = { crop_left: 0.1, crop_angle: -3, rotate: '270', flip_vertical: true, exposure: 1 };
    expect(cropIn(settings)).toEqual({ ...WHOLE, left: 0.1, angle: -3 });
    expect(orientationIn(settings)).toEqual({ rotate: 270, flipHorizontal: false, flipVertical: true });
    expect(withoutCrop(settings)).toEqual({ rotate: '270', flip_vertical: true, exposure: 1 });
    expect(Object.keys(onlyGeometry(settings))).not.toContain('exposure');
  });
});
