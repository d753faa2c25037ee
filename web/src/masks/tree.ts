/** Masks as the settings hold them: components of kinds that the server declares, joined one after the other. */
import type { Adjustment } from '../develop/parameter';

export type Combine = 'add' | 'subtract' | 'intersect';
export type Affine = readonly [number, number, number, number, number, number];

export interface Kind {
  kind: string;
  [field: string]: unknown;
}

export interface Component {
  kind: Kind;
  name?: string;
  combine?: Combine;
  inverted?: boolean;
  feather?: number;
  shift?: number;
  amount?: number;
  enabled?: boolean;
}

export interface Stroke {
  /** [x, y, pressure] in frame units while it is drawn; the server writes it shorter. */
  trail: [number, number, number][] | string;
  size: number;
  hardness: number;
  flow: number;
  density: number;
  erase: boolean;
  auto_mask: boolean;
}

export interface Point {
  x: number;
  y: number;
}

export function componentsOf(adjustment: Adjustment): Component[] {
  const held = adjustment.mask.components;
  return Array.isArray(held) ? (held as Component[]) : [];
}

export function withComponents(adjustment: Adjustment, components: Component[]): Adjustment {
  return { ...adjustment, mask: { ...adjustment.mask, components } };
}

export function withComponent(adjustment: Adjustment, index: number, component: Component): Adjustment {
  return withComponents(
    adjustment,
    componentsOf(adjustment).map((held, i) => (i === index ? component : held)),
  );
}

export const newId = (): string => crypto.randomUUID().slice(0, 13);

/** The kind without what was found. */
export function plain(kind: Kind): Kind {
  const { raster: _, recipe: __, ...rest } = kind;
  return rest as Kind;
}

/** Whether they say the same, in whatever order. */
export function alike(a: Kind, b: Kind): boolean {
  const sorted = (kind: Kind) => JSON.stringify(Object.entries(kind).sort(([x], [y]) => (x < y ? -1 : 1)));
  return sorted(a) === sorted(b);
}

/** Whether something in it has still to be looked for. */
export function pending(adjustment: Adjustment, found: ReadonlySet<string>): boolean {
  return componentsOf(adjustment).some((c) => c.enabled !== false && found.has(c.kind.kind) && !c.kind.raster);
}

/** A name that no other adjustment has: "Sky", "Sky 2". */
export function freeName(label: string, adjustments: readonly Adjustment[]): string {
  const taken = new Set(adjustments.map((a) => a.name));
  let name = label;
  for (let i = 2; taken.has(name); i++) name = `${label} ${i}`;
  return name;
}

/** A place of the picture, 0..1 across and down, in frame units. */
export function toFrame(affine: Affine, { x, y }: Point): Point {
  const [a, b, tx, c, d, ty] = affine;
  return { x: a * x + b * y + tx, y: c * x + d * y + ty };
}

export function fromFrame(affine: Affine, { x, y }: Point): Point {
  const [a, b, tx, c, d, ty] = affine;
  const determinant = a * d - b * c || 1e-12;
  return {
    x: (d * (x - tx) - b * (y - ty)) / determinant,
    y: (a * (y - ty) - c * (x - tx)) / determinant,
  };
}

/** Whether the new point is worth a place in the trail: far enough from the last. */
export function worth(trail: readonly [number, number, number][], at: Point, size: number): boolean {
  const last = trail[trail.length - 1];
  return !last || Math.hypot(at.x - last[0], at.y - last[1]) > size * 0.08;
}
