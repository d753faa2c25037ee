/** Spots as patches hold them: where they are, and what their patch becomes when a hand moves them. In frame units. */
import type { PatchState } from '../api/types';
import type { Patch } from '../develop/parameter';
import type { Point } from '../masks/tree';

export interface Spot {
  centre: Point;
  radius: number;
  feather: number;
  /** What takes its place; null while nobody has told. */
  source: Point | null;
  /** Whether the source was looked for, and not given by hand. */
  found: boolean;
}

export const LEAST = 0.0005;
export const MOST = 0.125;
const FEATHER = 35;
const SPOTS: ReadonlySet<string> = new Set(['heal', 'clone']);

const pair = (value: unknown): Point | null =>
  Array.isArray(value) && value.length === 2 ? { x: Number(value[0]), y: Number(value[1]) } : null;

/** state: of the same patch, for a source that is looked for whenever it is shown. */
export function spotOf(patch: Patch, state?: PatchState): Spot | null {
  const { recipe } = patch;
  const centre = pair(recipe.centre);
  if (!SPOTS.has(patch.task) || patch.variants.length > 0 || !centre) return null;
  return {
    centre,
    radius: Number(recipe.radius),
    feather: Number(recipe.feather ?? FEATHER),
    source: pair(recipe.source) ?? pair(state?.spot?.source),
    found: recipe.source === undefined || recipe.found === true,
  };
}

/** As a request for one says it; without the source it is looked for. */
export function parametersOf({ centre, radius, feather }: Spot): Record<string, unknown> {
  return { centre: [centre.x, centre.y], radius, feather };
}

/** longEdge: of the frame in pixels. */
export function withSpot(patch: Patch, spot: Spot, longEdge: number): Patch {
  const { centre, radius, source, found } = spot;
  const recipe = { ...patch.recipe, ...parametersOf(spot), ...(source && { source: [source.x, source.y], found }) };
  const low = (value: number) => Math.floor((value - radius) * longEdge);
  const side = Math.max(1, Math.ceil(2 * radius * longEdge) + 1);
  return { ...patch, recipe, rect: [low(centre.x), low(centre.y), side, side] };
}

export function sized(spot: Spot, by: number): Spot {
  return { ...spot, radius: Math.min(MOST, Math.max(LEAST, spot.radius * by)) };
}

/** Changes when what the patch shows does: for addresses of its small pictures. */
export function versionOf({ recipe, variants, rect }: Patch): string {
  const text = JSON.stringify([recipe, variants, rect]);
  let sum = 5381;
  for (let i = 0; i < text.length; i++) sum = (Math.imul(sum, 33) + text.charCodeAt(i)) >>> 0;
  return sum.toString(36);
}

/** The source of a spot as a recipe has it, where it was given by hand. */
export function sourceOf({ source, found }: Spot): Record<string, unknown> {
  return source && !found ? { source: [source.x, source.y] } : {};
}
