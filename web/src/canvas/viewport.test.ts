import { describe, expect, test } from 'vitest';
import { FITTED, demand, isWhole, landing, overview, panned, place, stepped, toPicture, zoomedAt } from './viewport';

const PHOTO = { width: 6000, height: 4000 };
const STAGE = { width: 1500, height: 900 };

describe('fit', () => {
  const placement = place(FITTED, PHOTO, STAGE);

  test('shows the whole picture in the middle, on whole pixels', () => {
    expect(placement).toEqual({ scale: 0.225, width: 1350, height: 900, x: 75, y: 0 });
  });

  test('asks for exactly the pixels that are shown', () => {
    const asked = demand(placement, PHOTO, STAGE, false);
    expect(asked?.region).toEqual({ x: 0, y: 0, width: 1350, height: 900 });
    expect(asked && isWhole(asked, PHOTO)).toBe(true);
  });

  test('asks for half of them for a draft, which lands on the same place', () => {
    const asked = demand(placement, PHOTO, STAGE, true);
    expect(asked?.region).toEqual({ x: 0, y: 0, width: 675, height: 450 });
    expect(asked && landing(asked, PHOTO, placement)).toEqual({ x: 75, y: 0, width: 1350, height: 900 });
  });

  test('never asks for more than full resolution of a small photo', () => {
    const small = { width: 400, height: 300 };
    const asked = demand(place(FITTED, small, STAGE), small, STAGE, false);
    expect(asked?.scale).toBe(1);
  });
});

describe('at 100 %', () => {
  const view = { zoom: 1, centre: { x: 0.5, y: 0.5 } };
  const placement = place(view, PHOTO, STAGE);

  test('asks for the visible part only', () => {
    const asked = demand(placement, PHOTO, STAGE, false);
    expect(asked).toEqual({ scale: 1, region: { x: 2250, y: 1550, width: 1500, height: 900 } });
    expect(asked && landing(asked, PHOTO, placement)).toEqual({ x: 0, y: 0, width: 1500, height: 900 });
  });

  test('a drag moves the picture with the hand and stops at its border', () => {
    const moved = panned(view, 100, 0, PHOTO, STAGE);
    expect(place(moved, PHOTO, STAGE).x).toBe(placement.x + 100);
    const far = panned(view, 1e6, 1e6, PHOTO, STAGE);
    expect(place(far, PHOTO, STAGE)).toMatchObject({ x: 0, y: 0 });
    expect(place(panned(far, -10, 0, PHOTO, STAGE), PHOTO, STAGE).x).toBe(-10);
  });

  test('at the border no pixel outside the picture is asked for', () => {
    const asked = demand(place(panned(view, -1e6, -1e6, PHOTO, STAGE), PHOTO, STAGE), PHOTO, STAGE, false);
    expect(asked?.region).toEqual({ x: 4500, y: 3100, width: 1500, height: 900 });
  });
});

test('200 % magnifies full resolution', () => {
  const placement = place({ zoom: 2, centre: { x: 0.5, y: 0.5 } }, PHOTO, STAGE);
  const asked = demand(placement, PHOTO, STAGE, false);
  expect(asked?.scale).toBe(1);
  expect(asked?.region.width).toBe(750);
  expect(asked && landing(asked, PHOTO, placement).width).toBe(1500);
});

test('zooming in keeps what is under the pointer under the pointer', () => {
  const at = { x: 400, y: 300 };
  const before = toPicture(at, place(FITTED, PHOTO, STAGE));
  const after = toPicture(at, place(zoomedAt(FITTED, 1, at, PHOTO, STAGE), PHOTO, STAGE));
  expect(after.x).toBeCloseTo(before.x, 3);
  expect(after.y).toBeCloseTo(before.y, 3);
});

test('steps go through the magnifications and end in fit', () => {
  expect(stepped(FITTED, 1, 0.225)).toBe(0.25);
  expect(stepped({ zoom: 1, centre: { x: 0.5, y: 0.5 } }, 1, 0.225)).toBe(2);
  expect(stepped({ zoom: 4, centre: { x: 0.5, y: 0.5 } }, 1, 0.225)).toBe(4);
  expect(stepped({ zoom: 0.25, centre: { x: 0.5, y: 0.5 } }, -1, 0.225)).toBe('fit');
  expect(stepped({ zoom: 1, centre: { x: 0.5, y: 0.5 } }, -1, 0.225)).toBe(0.5);
});

test('the overview is the whole picture at a modest size', () => {
  const asked = overview(PHOTO, 1024);
  expect(asked.region).toEqual({ x: 0, y: 0, width: 1024, height: 683 });
  expect(isWhole(asked, PHOTO)).toBe(true);
});
