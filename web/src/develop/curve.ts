/** Editing of point curves, 0..255 both ways, x rising; and the line through them as the pipeline draws it. */
import type { CurvePoint } from './parameter';

export const TOP = 255;
/** Points come no closer than this. */
const APART = 2;
const MOST = 16;

function clamp(value: number): number {
  return Math.round(Math.min(TOP, Math.max(0, value)) * 10) / 10;
}

/** With a new point; returns where it is. Beside an existing point nothing is added and that one is meant. */
export function added(points: readonly CurvePoint[], x: number, y: number): { points: CurvePoint[]; index: number } {
  const near = points.findIndex((p) => Math.abs(p[0] - x) < APART * 2);
  if (near >= 0) return { points: [...points], index: near };
  if (points.length >= MOST) return { points: [...points], index: -1 };
  const after = points.findIndex((p) => p[0] > x);
  const index = after < 0 ? points.length : after;
  const next = [...points];
  next.splice(index, 0, [clamp(x), clamp(y)]);
  return { points: next, index };
}

/** With a point moved; its neighbours keep it between them. */
export function movedPoint(points: readonly CurvePoint[], index: number, x: number, y: number): CurvePoint[] {
  const low = index > 0 ? (points[index - 1]?.[0] ?? 0) + APART : 0;
  const high = index < points.length - 1 ? (points[index + 1]?.[0] ?? TOP) - APART : TOP;
  return points.map((p, i) => (i === index ? [clamp(Math.min(Math.max(x, low), high)), clamp(y)] : p));
}

/** Without a point; two always stay. */
export function removed(points: readonly CurvePoint[], index: number): CurvePoint[] {
  return points.length <= 2 ? [...points] : points.filter((_, i) => i !== index);
}

export function isStraight(points: readonly CurvePoint[]): boolean {
  return points.length === 2 && points.every(([x, y]) => x === y && (x === 0 || x === TOP));
}

/** Slopes at the points of the monotone cubic through them: between two secants their weighted harmonic mean (Fritsch and
 * Butland, 1984), as the pipeline has it. */
function slopes(points: readonly CurvePoint[]): number[] {
  const pieces = points.slice(1).map(([x, y], i) => {
    const [x0, y0] = points[i] ?? [0, 0];
    return { width: x - x0, secant: (y - y0) / (x - x0) };
  });
  return points.map((_, i) => {
    const before = pieces[i - 1];
    const after = pieces[i];
    if (!before || !after) return (before ?? after)?.secant ?? 0;
    if (before.secant * after.secant <= 0) return 0;
    const left = 2 * after.width + before.width;
    const right = after.width + 2 * before.width;
    return (left + right) / (left / before.secant + right / after.secant);
  });
}

/** The curve at `x`; level beyond the first and the last point. */
export function evaluate(points: readonly CurvePoint[], x: number): number {
  const first = points[0];
  const last = points[points.length - 1];
  if (!first || !last) return x;
  if (x <= first[0]) return first[1];
  if (x >= last[0]) return last[1];
  const i = points.findIndex((p) => p[0] > x) - 1;
  const m = slopes(points);
  const [x0, y0] = points[i] ?? first;
  const [x1, y1] = points[i + 1] ?? last;
  const h = x1 - x0;
  const t = (x - x0) / h;
  const t2 = t * t;
  const t3 = t2 * t;
  return (
    (2 * t3 - 3 * t2 + 1) * y0 +
    (t3 - 2 * t2 + t) * h * (m[i] ?? 0) +
    (3 * t2 - 2 * t3) * y1 +
    (t3 - t2) * h * (m[i + 1] ?? 0)
  );
}

/** SVG path of the curve in a square of `size`, y up. */
export function path(points: readonly CurvePoint[], size: number): string {
  const steps = 128;
  let d = '';
  for (let i = 0; i <= steps; i++) {
    const x = (i / steps) * TOP;
    const y = Math.min(TOP, Math.max(0, evaluate(points, x)));
    d += `${i ? 'L' : 'M'}${((x / TOP) * size).toFixed(2)} ${((1 - y / TOP) * size).toFixed(2)}`;
  }
  return d;
}
