import { describe, expect, test } from 'vitest';
import { Ground } from './ground';
import { type Linear, type Radial, drawn, handlesOf, moved, nudged, shapeOf, withShape } from './handles';
import type { HandleName, Shape } from './handles';

const linear: Linear = { form: 'linear', zero: { x: 0.5, y: 0.5 }, full: { x: 0.5, y: 0.1 } };
const radial: Radial = { form: 'radial', centre: { x: 0.4, y: 0.3 }, rx: 0.2, ry: 0.1, angle: 30, feather: 40 };
const at = (shape: Shape, name: HandleName) => {
  const found = handlesOf(shape, 0.1).find((h) => h.name === name);
  if (!found) throw new Error(`no ${name}`);
  return found.at;
};

describe('a handle', () => {
  test.each([linear, radial])('put where it is changes nothing', (shape) => {
    for (const { name, at: place } of handlesOf(shape, 0.1)) {
      const same = moved(shape, name, place);
      for (const other of handlesOf(shape, 0.1)) {
        expect(at(same, other.name).x).toBeCloseTo(other.at.x, 2);
        expect(at(same, other.name).y).toBeCloseTo(other.at.y, 2);
      }
    }
  });

  test('moves alone', () => {
    const end = moved(linear, 'end', { x: 0.7, y: 0.2 }) as Linear;
    expect(end).toEqual({ ...linear, full: { x: 0.7, y: 0.2 } });
    const wide = moved(radial, 'left', { x: 0.4 - 0.3 * Math.cos(Math.PI / 6), y: 0.3 - 0.15 }) as Radial;
    expect(wide.rx).toBeCloseTo(0.3);
    expect({ ...wide, rx: radial.rx }).toEqual(radial);
    expect(moved(radial, 'feather', radial.centre)).toEqual({ ...radial, feather: 100 });
  });

  test('at the centre takes the shape along', () => {
    const { zero, full } = moved(linear, 'centre', { x: 0.6, y: 0.4 }) as Linear;
    expect([zero.x, zero.y, full.x, full.y].map((v) => Number(v.toFixed(6)))).toEqual([0.6, 0.6, 0.6, 0.2]);
  });

  test('turns about the centre and keeps the size', () => {
    const { zero, full } = moved(linear, 'angle', { x: 0.5, y: 0.9 }) as Linear;
    expect(Math.hypot(full.x - zero.x, full.y - zero.y)).toBeCloseTo(0.4);
    expect(full.y).toBeCloseTo(0.3);
    expect((moved(radial, 'angle', { x: 0.4, y: 0.9 }) as Radial).angle).toBeCloseTo(90);
    expect((moved(radial, 'angle', { x: 0.5, y: 0.32 }, true) as Radial).angle).toBe(15);
  });

  test('with Shift keeps to its line, or the proportions', () => {
    expect((moved(linear, 'end', { x: 0.9, y: 0.2 }, true) as Linear).full.x).toBeCloseTo(0.5);
    const larger = moved(radial, 'top', at({ ...radial, ry: 0.2 }, 'top'), true) as Radial;
    expect([larger.rx, larger.ry].map((v) => Number(v.toFixed(6)))).toEqual([0.4, 0.2]);
  });

  test('never makes a gradient without length', () => {
    expect(moved(linear, 'end', linear.zero)).toEqual(linear);
    expect((moved(radial, 'right', radial.centre) as Radial).rx).toBeGreaterThan(0);
  });

  test('is nudged by arrow keys', () => {
    const by = { x: 0.01, y: 0 };
    expect((nudged(linear, 'start', by, 1) as Linear).zero.x).toBeCloseTo(0.51);
    expect((nudged(radial, 'left', by, -1) as Radial).rx).toBeCloseTo(0.19);
    expect((nudged(radial, 'angle', by, 10) as Radial).angle).toBeCloseTo(40);
    expect((nudged(radial, 'feather', by, -10) as Radial).feather).toBe(30);
  });
});

test('a shape goes into a mask and comes back', () => {
  expect(shapeOf({ kind: 'radial' })).toBeNull();
  for (const shape of [linear, radial]) expect(shapeOf(withShape({ kind: shape.form }, shape))).toEqual(shape);
  expect(drawn('radial', { x: 0.5, y: 0.5 }, { x: 0.75, y: 0.4 }, true)).toMatchObject({ rx: 0.25, ry: 0.25 });
});

test('the ground leads to the screen and back', () => {
  const placement = { x: 20, y: 10, width: 800, height: 600, scale: 0.5 };
  const ground = new Ground([0, -0.75, 0.75, 1, 0, 0], placement, 2);
  const spot = ground.screen({ x: 0.3, y: 0.6 });
  expect(ground.frame(spot).x).toBeCloseTo(0.3);
  expect(ground.frame(spot).y).toBeCloseTo(0.6);
  expect(Math.hypot(ground.way({ x: 1, y: 0 }).x, ground.way({ x: 1, y: 0 }).y) * ground.unit).toBeCloseTo(1);
});
