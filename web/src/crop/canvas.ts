/** New canvas: what of a crop lies beyond the picture. Coordinates as in geometry.ts. */
import type { Settings } from '../develop/parameter';
import { CROP_NAMES, withoutCrop } from './settings';
import { type Point, type Rect, type Size, boundsAt, rotated } from './geometry';
import { figures } from '../texts';

/** Corners may lie so many frames beyond every side. */
export const FARTHEST = 1;
/** From this part of a picture on its new canvas is told. */
export const WORTH_TELLING = 0.0005;

/** "3.4 %", "37 %" */
export function percent(part: number): string {
  const value = Math.max(0.1, part * 100);
  return `${figures(value, value < 10 ? 1 : 0)} %`;
}

/** The picture with all the canvas that a crop can reach. */
export function reachOf({ width, height }: Size): Size {
  return { width: (1 + 2 * FARTHEST) * width, height: (1 + 2 * FARTHEST) * height };
}

/** The corners of the picture in level coordinates, clockwise. */
export function outline({ width, height }: Size, angle: number): Point[] {
  const [x, y] = [width / 2, height / 2];
  return [
    { x: -x, y: -y },
    { x, y: -y },
    { x, y },
    { x: -x, y },
  ].map((corner) => rotated(corner, -angle));
}

/** The part of the rectangle, 0..1, that lies beyond the picture. */
export function beyond(rect: Rect, angle: number, turned: Size): number {
  let inside = outline(turned, angle);
  for (const [axis, bound, sign] of [
    ['x', rect.x, -1],
    ['x', rect.x + rect.width, 1],
    ['y', rect.y, -1],
    ['y', rect.y + rect.height, 1],
  ] as const) {
    inside = halved(inside, axis, bound, sign);
  }
  return Math.min(1, Math.max(0, 1 - areaOf(inside) / (rect.width * rect.height)));
}

/** What of a convex polygon lies on one side of a line (Sutherland and Hodgman 1974). */
function halved(polygon: Point[], axis: 'x' | 'y', bound: number, sign: 1 | -1): Point[] {
  const depth = (point: Point) => sign * (point[axis] - bound);
  return polygon.flatMap((here, i) => {
    const before = polygon.at(i - 1) ?? here;
    const [a, b] = [depth(before), depth(here)];
    const cut = {
      x: before.x + ((here.x - before.x) * a) / (a - b),
      y: before.y + ((here.y - before.y) * a) / (a - b),
    };
    return [...(a > 0 !== b > 0 ? [cut] : []), ...(b <= 0 ? [here] : [])];
  });
}

function areaOf(polygon: Point[]): number {
  const cross = polygon.map((here, i) => {
    const before = polygon.at(i - 1) ?? here;
    return before.x * here.y - here.x * before.y;
  });
  return Math.abs(cross.reduce((sum, one) => sum + one, 0)) / 2;
}

/** Where the crop tool looks: the level coordinates in the middle of the stage, with the picture and `rect` in sight. */
export function sight(turned: Size, angle: number, rect: Rect | null): Rect {
  const { width, height } = boundsAt(turned, angle);
  const whole = { x: -width / 2, y: -height / 2, width, height };
  return rect ? around(whole, rect) : whole;
}

/** The smallest rectangle that holds both. */
export function around(a: Rect, b: Rect): Rect {
  const [x, y] = [Math.min(a.x, b.x), Math.min(a.y, b.y)];
  return {
    x,
    y,
    width: Math.max(a.x + a.width, b.x + b.width) - x,
    height: Math.max(a.y + a.height, b.y + b.height) - y,
  };
}

/** The settings with a crop that shows the whole photo and what patches cover around it. */
export function wholeCanvas(settings: Settings, frame: Size): Settings {
  const patches: unknown = settings.patches;
  let all: Rect = { x: 0, y: 0, ...frame };
  for (const patch of Array.isArray(patches) ? (patches as Record<string, unknown>[]) : []) {
    const [x, y, width, height] = Array.isArray(patch.rect) ? (patch.rect as number[]) : [];
    if (patch.enabled === false || x === undefined || y === undefined || !width || !height) continue;
    all = around(all, { x, y, width, height });
  }
  const ends = [all.x / frame.width, all.y / frame.height, (all.x + all.width) / frame.width];
  const corners = [...ends, (all.y + all.height) / frame.height].map((v) =>
    Math.min(1 + FARTHEST, Math.max(-FARTHEST, v)),
  );
  const entries = CROP_NAMES.slice(0, 4).map((name, i) => [name, corners[i] ?? 0] as const);
  return {
    ...withoutCrop(settings),
    ...Object.fromEntries(entries.filter(([, value], i) => value !== (i < 2 ? 0 : 1))),
  };
}
