/** Masks as the settings hold them: components of kinds that the server declares, joined one after the other. */
import type { Adjustment } from '../develop/parameter';

export type Combine = 'add' | 'subtract' | 'intersect';
export const SIGNS: Record<Combine, string> = { add: '+', subtract: '−', intersect: '∩' };
/** Where a regular mesh over the picture lies in the frame, row by row: x and y of each place. */
export interface Mesh {
  columns: number;
  rows: number;
  places: readonly number[];
}
type Six = readonly [number, number, number, number, number, number];
/** From the picture to the frame; with a mesh where a lens or perspective bends it, and then only roughly. */
export type Affine = Six & { mesh?: Mesh };

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
  if (affine.mesh) return within(affine.mesh, { x, y });
  const [a, b, tx, c, d, ty] = affine;
  return { x: a * x + b * y + tx, y: c * x + d * y + ty };
}

/** Bilinear; beyond the picture as in its outermost cell. */
function within({ columns, rows, places }: Mesh, { x, y }: Point): Point {
  const across = x * (columns - 1);
  const down = y * (rows - 1);
  const i = Math.min(Math.max(Math.floor(across), 0), columns - 2);
  const j = Math.min(Math.max(Math.floor(down), 0), rows - 2);
  const [u, v] = [across - i, down - j];
  const at = (column: number, row: number, part: number) => places[2 * (row * columns + column) + part] ?? 0;
  const mixed = (part: number) =>
    (at(i, j, part) * (1 - u) + at(i + 1, j, part) * u) * (1 - v) +
    (at(i, j + 1, part) * (1 - u) + at(i + 1, j + 1, part) * u) * v;
  return { x: mixed(0), y: mixed(1) };
}

/** Back through a mesh, by Newton's method. */
function outOf(mesh: Mesh, wanted: Point, start: Point): Point {
  let spot = start;
  const step = 1e-4;
  for (let n = 0; n < 20; n++) {
    const here = within(mesh, spot);
    const right = within(mesh, { x: spot.x + step, y: spot.y });
    const below = within(mesh, { x: spot.x, y: spot.y + step });
    const [a, c] = [(right.x - here.x) / step, (right.y - here.y) / step];
    const [b, d] = [(below.x - here.x) / step, (below.y - here.y) / step];
    const determinant = a * d - b * c || 1e-12;
    const [x, y] = [wanted.x - here.x, wanted.y - here.y];
    spot = { x: spot.x + (d * x - b * y) / determinant, y: spot.y + (a * y - c * x) / determinant };
    if (Math.abs(x) + Math.abs(y) < 1e-7) break;
  }
  return spot;
}

export function fromFrame(affine: Affine, { x, y }: Point): Point {
  const [a, b, tx, c, d, ty] = affine;
  const determinant = a * d - b * c || 1e-12;
  const straight = {
    x: (d * (x - tx) - b * (y - ty)) / determinant,
    y: (a * (y - ty) - c * (x - tx)) / determinant,
  };
  return affine.mesh ? outOf(affine.mesh, { x, y }, straight) : straight;
}

/** Whether the new point is worth a place in the trail: far enough from the last. */
export function worth(trail: readonly [number, number, number][], at: Point, size: number): boolean {
  const last = trail[trail.length - 1];
  return !last || Math.hypot(at.x - last[0], at.y - last[1]) > size * 0.08;
}

/** At most so many places of a line, evenly spread over it. */
export function spread(line: readonly Point[], most = 12): Point[] {
  if (line.length <= most) return [...line];
  return Array.from({ length: most }, (_, i) => line[Math.round((i * (line.length - 1)) / (most - 1))] as Point);
}
