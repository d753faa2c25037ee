/** Gradients on the picture: where their handles are, and what becomes of one when a handle moves. In frame units. */
import type { Kind, Point } from './tree';
import { figures, t } from '../texts';

export interface Linear {
  form: 'linear';
  /** Nothing from here on back, all from there on. */
  zero: Point;
  full: Point;
}

export interface Radial {
  form: 'radial';
  centre: Point;
  rx: number;
  ry: number;
  /** Degrees, clockwise. */
  angle: number;
  /** 0..100, inwards from the edge. */
  feather: number;
}

export type Shape = Linear | Radial;
export type HandleName = 'start' | 'end' | 'centre' | 'angle' | 'right' | 'left' | 'bottom' | 'top' | 'feather';

export interface Handle {
  name: HandleName;
  label: string;
  at: Point;
  /** What arrow keys make more or less of; null for a place, which they move. */
  value: { now: number; least: number; most: number; text: string } | null;
}

const SMALLEST = 0.005;
const LARGEST = 4;
const SNAP = 15;
/** The handle of the feather comes no closer to the middle than this part of the way. */
const CLOSEST = 0.15;
/** Where the edges are, clockwise from the right. */
const EDGES: Partial<Record<HandleName, number>> = { right: 0, bottom: 90, left: 180, top: -90 };

const plus = (a: Point, b: Point, times = 1): Point => ({ x: a.x + b.x * times, y: a.y + b.y * times });
const minus = (a: Point, b: Point): Point => plus(a, b, -1);
const dot = (a: Point, b: Point): number => a.x * b.x + a.y * b.y;
const across = (a: Point): Point => ({ x: -a.y, y: a.x });
const clamp = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value));
const bearing = ({ x, y }: Point): number => (Math.atan2(y, x) * 180) / Math.PI;
const towards = (degrees: number): Point => {
  const radians = (degrees * Math.PI) / 180;
  return { x: Math.cos(radians), y: Math.sin(radians) };
};
const wrapped = (degrees: number): number => ((((degrees + 180) % 360) + 360) % 360) - 180;
const pair = (value: unknown): Point => {
  const [x, y] = value as [number, number];
  return { x, y };
};

/** The gradient of a mask, or null while it is not drawn. */
export function shapeOf(kind: Kind): Shape | null {
  if (kind.kind === 'linear' && (kind.zero || kind.full)) {
    return { form: 'linear', zero: pair(kind.zero ?? [0.5, 0.5]), full: pair(kind.full ?? [0.5, 0]) };
  }
  if (kind.kind !== 'radial' || !kind.centre) return null;
  const number = (name: string, usual: number) => Number(kind[name] ?? usual);
  return {
    form: 'radial',
    centre: pair(kind.centre),
    rx: number('radius_x', 0.2),
    ry: number('radius_y', 0.2),
    angle: number('angle', 0),
    feather: number('feather', 50),
  };
}

/** The kind with that shape. */
export function withShape(kind: Kind, shape: Shape): Kind {
  if (shape.form === 'linear') {
    return { ...kind, zero: [shape.zero.x, shape.zero.y], full: [shape.full.x, shape.full.y] };
  }
  const { centre, rx, ry, angle, feather } = shape;
  return { ...kind, centre: [centre.x, centre.y], radius_x: rx, radius_y: ry, angle, feather };
}

/** In the middle of a photo that is so high and wide. */
export function middle(form: Shape['form'], width: number, height: number): Shape {
  const centre = { x: width / 2, y: height / 2 };
  if (form === 'linear') return { form, zero: { ...centre }, full: { x: centre.x, y: 0.1 * height } };
  return { form, centre, rx: 0.3 * width, ry: 0.3 * height, angle: 0, feather: 50 };
}

/** From one corner of a drag to the other. round: a circle. */
export function drawn(form: Shape['form'], from: Point, to: Point, round: boolean): Shape {
  if (form === 'linear') return { form, zero: to, full: from };
  const rx = Math.max(SMALLEST, Math.abs(to.x - from.x));
  return {
    form,
    centre: from,
    rx,
    ry: round ? rx : Math.max(SMALLEST, Math.abs(to.y - from.y)),
    angle: 0,
    feather: 50,
  };
}

export function centreOf(shape: Shape): Point {
  return shape.form === 'radial' ? shape.centre : plus(shape.zero, minus(shape.full, shape.zero), 0.5);
}

/** arm: how far out the handle that turns it stands. The last are on top. */
export function handlesOf(shape: Shape, arm: number): Handle[] {
  const place = (name: HandleName, label: string, at: Point): Handle => ({ name, label, at, value: null });
  const degrees = (at: Point, now: number): Handle => {
    const text = t(`${now.toFixed(0)} degrees`);
    return { name: 'angle', label: t('Angle'), at, value: { now, least: -180, most: 180, text } };
  };
  if (shape.form === 'linear') {
    const centre = centreOf(shape);
    const way = minus(shape.full, shape.zero);
    const aside = towards(bearing(across(way)));
    return [
      degrees(plus(centre, aside, arm), bearing(way)),
      place('centre', t('Centre'), centre),
      place('start', t('Start: nothing of the mask before it'), shape.zero),
      place('end', t('End: all of the mask from here on'), shape.full),
    ];
  }
  const { centre, rx, ry, angle, feather } = shape;
  const labels = {
    right: t('Width, right'),
    left: t('Width, left'),
    bottom: t('Height, bottom'),
    top: t('Height, top'),
  };
  const edge = (name: keyof typeof labels): Handle => {
    const now = name === 'left' || name === 'right' ? rx : ry;
    const value = { now, least: SMALLEST, most: LARGEST, text: t(`${figures(now * 100, 1)} % of the long edge`) };
    return { name, label: labels[name], at: plus(centre, outwards(shape, name), now), value };
  };
  const soft = { now: feather, least: 0, most: 100, text: `${feather.toFixed(0)} %` };
  const inner = Math.max(CLOSEST, 1 - feather / 100);
  return [
    degrees(plus(centre, towards(angle), rx + arm), angle),
    edge('right'),
    edge('left'),
    edge('bottom'),
    edge('top'),
    place('centre', t('Centre'), centre),
    { name: 'feather', label: t('Feather'), at: plus(centre, diagonal(shape), inner), value: soft },
  ];
}

/** Where the edge of an ellipse is; part: of the way to it from the centre. */
export function ellipse({ centre, rx, ry, angle }: Radial, part = 1): Point[] {
  const u = towards(angle);
  return Array.from({ length: 72 }, (_, i) => {
    const { x, y } = towards(i * 5);
    return plus(plus(centre, u, x * rx * part), across(u), y * ry * part);
  });
}

/** A line across a linear gradient at a place of it. */
export function lineAt({ zero, full }: Linear, at: Point): [Point, Point] {
  const aside = towards(bearing(across(minus(full, zero))));
  return [plus(at, aside, -LARGEST), plus(at, aside, LARGEST)];
}

/** With a handle at another place. straight: only along its line, in steps of an angle, or in proportion. */
export function moved(shape: Shape, name: HandleName, to: Point, straight = false): Shape {
  return shape.form === 'linear' ? movedLinear(shape, name, to, straight) : movedRadial(shape, name, to, straight);
}

function movedLinear(shape: Linear, name: HandleName, to: Point, straight: boolean): Linear {
  const { zero, full } = shape;
  const way = minus(full, zero);
  const centre = centreOf(shape);
  if (name === 'centre') return { ...shape, zero: plus(to, way, -0.5), full: plus(to, way, 0.5) };
  if (name === 'angle') return turned(shape, bearing(minus(to, centre)) - 90, straight);
  const along = plus(zero, way, dot(minus(to, zero), way) / Math.max(1e-12, dot(way, way)));
  const next = { ...shape, [name === 'start' ? 'zero' : 'full']: straight ? along : to };
  const length = minus(next.full, next.zero);
  return Math.hypot(length.x, length.y) < SMALLEST ? shape : next;
}

function movedRadial(shape: Radial, name: HandleName, to: Point, straight: boolean): Radial {
  const out = minus(to, shape.centre);
  if (name === 'centre') return { ...shape, centre: to };
  if (name === 'angle') return turned(shape, bearing(out), straight);
  if (name === 'feather') {
    const edge = diagonal(shape);
    const part = dot(out, edge) / dot(edge, edge);
    return { ...shape, feather: part <= CLOSEST ? 100 : Math.round(clamp(1 - part, 0, 1) * 100) };
  }
  return sized(shape, name, dot(out, outwards(shape, name)), straight);
}

function sized(shape: Radial, name: HandleName, length: number, straight: boolean): Radial {
  const field = name === 'left' || name === 'right' ? 'rx' : 'ry';
  const wanted = clamp(length, SMALLEST, LARGEST);
  if (!straight) return { ...shape, [field]: wanted };
  const grown = wanted / shape[field];
  return { ...shape, rx: clamp(shape.rx * grown, SMALLEST, LARGEST), ry: clamp(shape.ry * grown, SMALLEST, LARGEST) };
}

function turned<S extends Shape>(shape: S, degrees: number, straight: boolean): S {
  const angle = wrapped(straight ? Math.round(degrees / SNAP) * SNAP : degrees);
  if (shape.form === 'radial') return { ...shape, angle: Math.round(angle * 10) / 10 };
  const centre = centreOf(shape);
  const way = minus(shape.full, shape.zero);
  const half = Math.hypot(way.x, way.y) / 2;
  return { ...shape, zero: plus(centre, towards(angle), -half), full: plus(centre, towards(angle), half) };
}

/** A press of an arrow key. by: its way, in the frame; more: 1 or -1 for what has a value, large steps count ten. */
export function nudged(shape: Shape, name: HandleName, by: Point, more: number): Shape {
  const handle = handlesOf(shape, 0).find((h) => h.name === name);
  if (!handle) return shape;
  if (!handle.value) return moved(shape, name, plus(handle.at, by));
  if (name === 'angle') return turned(shape, handle.value.now + more, false);
  if (shape.form === 'linear') return shape;
  if (name === 'feather') return { ...shape, feather: clamp(Math.round(shape.feather + more), 0, 100) };
  return sized(shape, name, handle.value.now + Math.sign(more) * Math.hypot(by.x, by.y), false);
}

function outwards({ angle }: Radial, name: HandleName): Point {
  return towards(angle + (EDGES[name] ?? 0));
}

function diagonal({ rx, ry, angle }: Radial): Point {
  const u = towards(angle);
  return plus(plus({ x: 0, y: 0 }, u, rx * Math.SQRT1_2), across(u), ry * Math.SQRT1_2);
}
