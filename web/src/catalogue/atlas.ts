/**
 * The arithmetic of the map. The world is Mercator's square, its sides 1: x from the date line eastwards, y from the
 * north. Pixels are those of the page.
 */
import type { Size } from './view';

/** What is looked at: the place in the middle, and how near. At zoom 0 the world is TILE pixels wide, then twice as many. */
export interface Sight {
  x: number;
  y: number;
  zoom: number;
}

export interface Place {
  latitude: number;
  longitude: number;
}

/** South, west, north, east in degrees; from west eastwards, over the date line where west is greater. */
export type Box = readonly [south: number, west: number, north: number, east: number];

/** Photos that were taken close to each other, as the server puts them together. */
export interface Cell extends Place {
  photos: number;
  photo: number;
  box: Box;
}

/** How much of the coasts is drawn. */
export type Detail = 'coarse' | 'fine';
/** From this zoom on more of the coasts can be told apart. */
const FINE = 2.5;
export const detailAt = (zoom: number): Detail => (zoom < FINE ? 'coarse' : 'fine');

export const WORLD: Sight = { x: 0.5, y: 0.42, zoom: 1 };
export const FARTHEST = 0;
export const NEAREST = 16;
const TILE = 256;
/** Degrees of latitude at which Mercator's square ends. */
const LIMIT = 85.051128;
/** Metres around the equator. */
const AROUND = 40_075_017;

export const side = (zoom: number): number => TILE * 2 ** zoom;

export function projected({ latitude, longitude }: Place): { x: number; y: number } {
  const angle = (between(latitude, -LIMIT, LIMIT) * Math.PI) / 180;
  return { x: (longitude + 180) / 360, y: (1 - Math.asinh(Math.tan(angle)) / Math.PI) / 2 };
}

/** Longitudes go on beyond the date line as x does beyond 0 and 1. */
export function placeAt(x: number, y: number): Place {
  return { latitude: (Math.atan(Math.sinh(Math.PI * (1 - 2 * y))) * 180) / Math.PI, longitude: x * 360 - 180 };
}

/** Where a place is drawn, from the middle of the map: the nearest of its repetitions. */
export function drawnAt(place: Place, sight: Sight): { left: number; top: number } {
  const { x, y } = projected(place);
  const away = x - sight.x;
  return { left: (away - Math.round(away)) * side(sight.zoom), top: (y - sight.y) * side(sight.zoom) };
}

/** By so many pixels. */
export function moved(sight: Sight, right: number, down: number): Sight {
  const x = sight.x + right / side(sight.zoom);
  return { ...sight, x: x - Math.floor(x), y: between(sight.y + down / side(sight.zoom), 0, 1) };
}

/** Nearer by so many steps, farther by negative ones; what is at this place, in pixels from the middle, stays there. */
export function zoomed(sight: Sight, by: number, left = 0, top = 0): Sight {
  const zoom = between(sight.zoom + by, FARTHEST, NEAREST);
  const kept = moved(sight, left, top);
  return moved({ ...kept, zoom }, -left, -top);
}

/** What can be seen. */
export function seen(sight: Sight, size: Size): Box {
  const half = { x: size.width / 2 / side(sight.zoom), y: size.height / 2 / side(sight.zoom) };
  const top = sight.y - half.y;
  const bottom = sight.y + half.y;
  const north = top <= 0 ? 90 : placeAt(0, top).latitude;
  const south = bottom >= 1 ? -90 : placeAt(0, bottom).latitude;
  if (half.x >= 0.5) return [south, -180, north, 180];
  return [south, around(placeAt(sight.x - half.x, 0).longitude), north, around(placeAt(sight.x + half.x, 0).longitude)];
}

/** All of these with some room beside them, over the date line if that is the shorter way. */
export function fitted(boxes: readonly Box[], size: Size, room: number): Sight {
  const whole = joined(boxes);
  if (!whole) return WORLD;
  const [south, west, north, east] = whole;
  const from = projected({ latitude: north, longitude: west });
  const to = projected({ latitude: south, longitude: east < west ? east + 360 : east });
  const fits = (length: number, pixels: number) =>
    Math.log2(Math.max(pixels - 2 * room, TILE / 2) / TILE / Math.max(length, 1e-9));
  const zoom = Math.min(fits(to.x - from.x, size.width), fits(to.y - from.y, size.height));
  const x = (from.x + to.x) / 2;
  return { x: x - Math.floor(x), y: (from.y + to.y) / 2, zoom: between(zoom, FARTHEST, NEAREST) };
}

/** The smallest box around these. */
export function joined(boxes: readonly Box[]): Box | null {
  const south = Math.min(...boxes.map((box) => box[0]));
  const north = Math.max(...boxes.map((box) => box[2]));
  const spans = boxes
    .map(([, west, , east]) => ({ west, east: east < west ? east + 360 : east }))
    .sort((a, b) => a.west - b.west);
  const [first, ...others] = spans;
  if (!first) return null;
  let reach = first.east;
  let gap = { width: -1, west: first.west, east: reach };
  for (const { west, east } of others) {
    if (west - reach > gap.width) gap = { width: west - reach, west, east: reach };
    reach = Math.max(reach, east);
  }
  const outside = first.west + 360 - reach; // over the date line
  return gap.width > outside ? [south, gap.west, north, around(gap.east)] : [south, first.west, north, around(reach)];
}

/** Cells that would cover each other are one, the larger ones first. distance: of marks, in pixels. */
export function clustered(cells: readonly Cell[], zoom: number, distance: number): Cell[] {
  const apart = (distance / side(zoom)) ** 2;
  const found: { x: number; y: number; cells: Cell[]; photos: number }[] = [];
  for (const cell of [...cells].sort((a, b) => b.photos - a.photos || a.photo - b.photo)) {
    const { x, y } = projected(cell);
    const away = (x0: number) => x - x0 - Math.round(x - x0);
    const near = found.find((one) => away(one.x) ** 2 + (y - one.y) ** 2 < apart);
    if (!near) found.push({ x, y, cells: [cell], photos: cell.photos });
    else {
      near.cells.push(cell);
      near.photos += cell.photos;
    }
  }
  return found.flatMap(({ x, cells, photos }) => {
    const box = joined(cells.map((cell) => cell.box));
    const photo = cells[0]?.photo;
    if (!box || photo === undefined) return [];
    let latitude = 0;
    let longitude = 0;
    for (const cell of cells) {
      const turns = Math.round(x - (cell.longitude + 180) / 360) * 360;
      latitude += (cell.latitude * cell.photos) / photos;
      longitude += ((cell.longitude + turns) * cell.photos) / photos;
    }
    return { latitude, longitude: around(longitude), photos, photo, box };
  });
}

/** As the search writes it, outwards to a tenth of a metre. */
export function written([south, west, north, east]: Box): string {
  const down = (value: number, least: number) => Math.max(least, Math.floor(value * 1e6) / 1e6);
  const up = (value: number, most: number) => Math.min(most, Math.ceil(value * 1e6) / 1e6);
  return [down(south, -90), down(west, -180), up(north, 90), up(east, 180)].join(',');
}

/** A search with this part of the world, in the place of another one. */
export function searching(text: string, box: Box): string {
  const rest = text
    .replace(/(^|\s)box:\S+/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  const joint = /\bOR\b/.test(rest) ? `(${rest})` : rest;
  return `${joint} box:${written(box)}`.trim();
}

/** A round length for the scale's bar, in metres, and its pixels; by the middle of the map. */
export function scaleBar(sight: Sight, widest: number): { metres: number; width: number } {
  const { latitude } = placeAt(0, sight.y);
  const pixel = (AROUND * Math.cos((latitude * Math.PI) / 180)) / side(sight.zoom);
  const most = pixel * widest;
  const power = 10 ** Math.floor(Math.log10(most));
  const metres = power * (most >= 5 * power ? 5 : most >= 2 * power ? 2 : 1);
  return { metres, width: metres / pixel };
}

const WIDEST_STEP = 60;
const STEPS = [WIDEST_STEP, 30, 20, 10, 5, 2, 1, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 0.005];

/** Degrees between the lines of the graticule. closest: pixels that they are apart at least. */
export function gratingStep(zoom: number, closest: number): number {
  const fits = STEPS.filter((step) => (step / 360) * side(zoom) >= closest);
  return fits.at(-1) ?? WIDEST_STEP;
}

/** All multiples of a step from here to there. */
export function multiples(step: number, from: number, to: number): number[] {
  const first = Math.ceil(from / step);
  return Array.from({ length: Math.max(0, Math.floor(to / step) - first + 1) }, (_, i) => (first + i) * step);
}

/** A longitude on its way around the earth, -180 to 180. */
export function around(longitude: number): number {
  if (longitude >= -180 && longitude <= 180) return longitude;
  return longitude - 360 * Math.floor((longitude + 180) / 360);
}

const between = (value: number, least: number, most: number) => Math.min(most, Math.max(least, value));
