/**
 * Changes of a crop rectangle. They keep it inside the picture, or, once it is pulled beyond, within the reach of its
 * canvas. Rectangles are in level coordinates (see geometry.ts); `turned` is the size of the picture behind, standing at
 * -`angle`.
 */
import { reachOf } from './canvas';
import { type Point, type Rect, type Size, rotated } from './geometry';

/** Compass points; a corner names both of its edges. */
export type Handle = 'n' | 's' | 'e' | 'w' | 'ne' | 'nw' | 'se' | 'sw';
export const HANDLES: readonly Handle[] = ['nw', 'n', 'ne', 'e', 'se', 's', 'sw', 'w'];

/** Slack in pixels, far below what anyone sees, that keeps rounding from counting as outside. */
const SLACK = 1e-6;
/** Pixels that settings, which have few digits, may be beyond the picture and still mean its border. */
const ROUNDED = 1;
/** The smallest crop, as a part of the picture's short edge. */
const SMALLEST = 0.02;

function corners({ x, y, width, height }: Rect): Point[] {
  return [
    { x, y },
    { x: x + width, y },
    { x: x + width, y: y + height },
    { x, y: y + height },
  ];
}

export function fits(rect: Rect, angle: number, turned: Size, least = 0): boolean {
  const slack = Math.max(least, SLACK * Math.max(turned.width, turned.height));
  return corners(rect).every((corner) => {
    const { x, y } = rotated(corner, angle);
    return Math.abs(x) <= turned.width / 2 + slack && Math.abs(y) <= turned.height / 2 + slack;
  });
}

function between(from: Rect, to: Rect, t: number): Rect {
  return {
    x: from.x + (to.x - from.x) * t,
    y: from.y + (to.y - from.y) * t,
    width: from.width + (to.width - from.width) * t,
    height: from.height + (to.height - from.height) * t,
  };
}

/** The picture for a rectangle that lies in it, else the picture with its canvas. */
function room(rect: Rect, angle: number, turned: Size): Size {
  return fits(rect, angle, turned, ROUNDED) ? turned : reachOf(turned);
}

/**
 * The rectangle on the way from `from` to `to` that is the last to lie inside. A border that a corner is beyond from the
 * start does not hold it.
 */
export function asFarAs(from: Rect, to: Rect, angle: number, turned: Size): Rect {
  const start = corners(from).map((corner) => rotated(corner, angle));
  const end = corners(to).map((corner) => rotated(corner, angle));
  let t = 1;
  for (let i = 0; i < 4; i++) {
    for (const [axis, half] of [
      ['x', turned.width / 2],
      ['y', turned.height / 2],
    ] as const) {
      const a = start[i]?.[axis] ?? 0;
      const b = end[i]?.[axis] ?? 0;
      if (Math.abs(b) <= half || Math.abs(a) > half + ROUNDED || a === b) continue;
      const border = b > 0 ? half : -half;
      t = Math.min(t, Math.max(0, (border - a) / (b - a)));
    }
  }
  return between(from, to, t);
}

/** As `asFarAs`, unless `to` is more than `stick` pixels further: then it goes on to the canvas. */
function pulled(from: Rect, to: Rect, angle: number, turned: Size, stick: number): Rect {
  const stopped = asFarAs(from, to, angle, turned);
  if (apart(stopped, to) <= stick) return stopped;
  return asFarAs(from, to, angle, reachOf(turned));
}

/** How far the edge that differs most is from its counterpart. */
export function apart(a: Rect, b: Rect): number {
  const edges = ({ x, y, width, height }: Rect) => [x, y, x + width, y + height];
  const others = edges(b);
  return Math.max(...edges(a).map((edge, i) => Math.abs(edge - (others[i] ?? 0))));
}

/**
 * Moved by (dx, dy), stopping at the picture's borders and gliding along them. Only a rectangle that reaches beyond them
 * already moves on over the canvas.
 */
export function moved(rect: Rect, dx: number, dy: number, angle: number, picture: Size): Rect {
  const turned = room(rect, angle, picture);
  const reach = corners({ x: -rect.width / 2, y: -rect.height / 2, width: rect.width, height: rect.height }).map((c) =>
    rotated(c, angle),
  );
  const roomX = Math.max(0, turned.width / 2 - Math.max(...reach.map((c) => c.x)));
  const roomY = Math.max(0, turned.height / 2 - Math.max(...reach.map((c) => c.y)));
  const centre = rotated({ x: rect.x + rect.width / 2 + dx, y: rect.y + rect.height / 2 + dy }, angle);
  const inside = { x: clamp(centre.x, -roomX, roomX), y: clamp(centre.y, -roomY, roomY) };
  const level = rotated(inside, -angle);
  return { ...rect, x: level.x - rect.width / 2, y: level.y - rect.height / 2 };
}

/**
 * With `handle` dragged by (dx, dy). `ratio` (width / height) is kept when given; the opposite side stays. The picture's
 * border holds an edge until it is dragged more than `stick` pixels beyond.
 */
export function resized(
  rect: Rect,
  handle: Handle,
  dx: number,
  dy: number,
  ratio: number | null,
  angle: number,
  turned: Size,
  stick = Infinity,
): Rect {
  const least = SMALLEST * Math.min(turned.width, turned.height);
  if (ratio !== null) return pulled(rect, inRatio(rect, handle, dx, dy, ratio, least), angle, turned, stick);
  const sideways = handle.includes('e') ? 'e' : handle.includes('w') ? 'w' : null;
  const upright = handle.includes('n') ? 'n' : handle.includes('s') ? 's' : null;
  let result = rect;
  // One edge after the other, so that an edge at the border does not stop the other.
  if (sideways) result = pulled(result, edged(result, sideways, dx, least), angle, turned, stick);
  if (upright) result = pulled(result, edged(result, upright, dy, least), angle, turned, stick);
  return result;
}

function edged(rect: Rect, edge: 'n' | 's' | 'e' | 'w', by: number, least: number): Rect {
  switch (edge) {
    case 'e':
      return { ...rect, width: Math.max(least, rect.width + by) };
    case 's':
      return { ...rect, height: Math.max(least, rect.height + by) };
    case 'w': {
      const width = Math.max(least, rect.width - by);
      return { ...rect, x: rect.x + rect.width - width, width };
    }
    case 'n': {
      const height = Math.max(least, rect.height - by);
      return { ...rect, y: rect.y + rect.height - height, height };
    }
  }
}

function inRatio(rect: Rect, handle: Handle, dx: number, dy: number, ratio: number, least: number): Rect {
  const east = handle.includes('e');
  const west = handle.includes('w');
  const north = handle.includes('n');
  const south = handle.includes('s');
  const wide = rect.width + (east ? dx : west ? -dx : 0);
  const high = rect.height + (south ? dy : north ? -dy : 0);
  const wanted = east || west ? (north || south ? Math.max(wide, high * ratio) : wide) : high * ratio;
  const width = Math.max(wanted, least, least * ratio);
  const height = width / ratio;
  return {
    x: east ? rect.x : west ? rect.x + rect.width - width : rect.x + (rect.width - width) / 2,
    y: south ? rect.y : north ? rect.y + rect.height - height : rect.y + (rect.height - height) / 2,
    width,
    height,
  };
}

/** About the same centre, as large as `size` and the picture allow. */
export function sized(centre: Point, size: Size, angle: number, turned: Size): Rect {
  const { width, height } = size;
  const wanted = { x: centre.x - width / 2, y: centre.y - height / 2, width, height };
  return asFarAs({ ...centre, width: 0, height: 0 }, wanted, angle, turned);
}

/** With another aspect ratio and, where there is room, the same area. */
export function reshaped(rect: Rect, ratio: number, angle: number, turned: Size): Rect {
  const width = Math.sqrt(rect.width * rect.height * ratio);
  const centre = { x: rect.x + rect.width / 2, y: rect.y + rect.height / 2 };
  return sized(centre, { width, height: width / ratio }, angle, room(rect, angle, turned));
}

/** Straightened from `before` to `angle`: the centre stays on its spot of the picture, the size shrinks where it must. */
export function straightened(rect: Rect, before: number, angle: number, turned: Size): Rect {
  const centre = rotated({ x: rect.x + rect.width / 2, y: rect.y + rect.height / 2 }, before - angle);
  return sized(centre, rect, angle, room(rect, before, turned));
}

/** The angle, nearest to the present one, at which the line from `a` to `b` (level coordinates) stands level or plumb. */
export function angleOfRuler(a: Point, b: Point, present: number): number {
  const slope = (Math.atan2(b.y - a.y, b.x - a.x) * 180) / Math.PI;
  const tilt = slope - Math.round(slope / 90) * 90;
  return clamp(present + tilt, -45, 45);
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}
