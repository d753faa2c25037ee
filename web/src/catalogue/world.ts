/** The world's coasts and borders, by Natural Earth; with what draws them, fetched when a map is looked at first. */
import { geoMercator, geoPath } from 'd3-geo';
import { feature, mesh } from 'topojson-client';
import type { GeometryCollection, Topology } from 'topojson-specification';
import coarse from 'world-atlas/countries-110m.json?url';
import fine from 'world-atlas/countries-50m.json?url';
import { type Detail, type Sight, side } from './atlas';
import { meridians, parallels } from './graticule';
import type { Size } from './view';

/** Paths in Mercator's square, its sides 1. */
export interface World {
  land: Path2D;
  coasts: Path2D;
  borders: Path2D;
}

export interface Colours {
  sea: string;
  land: string;
  coast: string;
  border: string;
  line: string;
}

type Atlas = Topology<{ countries: GeometryCollection; land: GeometryCollection }>;
const URLS: Record<Detail, string> = { coarse, fine };
const held = new Map<string, Promise<World>>();

export function world(detail: Detail): Promise<World> {
  const url = URLS[detail];
  let found = held.get(url);
  if (!found) {
    found = fetched(url);
    held.set(url, found);
    found.catch(() => held.delete(url)); // it is tried again
  }
  return found;
}

async function fetched(url: string): Promise<World> {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`${url}: ${answer.status}`);
  const atlas = (await answer.json()) as Atlas;
  const { countries, land } = atlas.objects;
  return {
    land: path(feature(atlas, land)),
    coasts: path(mesh(atlas, countries, (a, b) => a === b)),
    borders: path(mesh(atlas, countries, (a, b) => a !== b)),
  };
}

function path(shape: Parameters<ReturnType<typeof geoPath>>[0]): Path2D {
  const found = new Path2D();
  const square = geoMercator()
    .scale(1 / (2 * Math.PI))
    .translate([0.5, 0.5])
    .precision(0);
  geoPath(square, {
    beginPath: () => {},
    moveTo: (x, y) => found.moveTo(x, y),
    lineTo: (x, y) => found.lineTo(x, y),
    arc: (x, y, radius, from, to) => found.arc(x, y, radius, from, to),
    closePath: () => found.closePath(),
  })(shape);
  return found;
}

/** ratio: pixels of the device for each of the page. step: degrees between the graticule's lines. */
export function draw(
  context: CanvasRenderingContext2D,
  world: World | null,
  sight: Sight,
  size: Size,
  ratio: number,
  step: number,
  colours: Colours,
): void {
  const scale = side(sight.zoom) * ratio;
  const width = size.width * ratio;
  const height = size.height * ratio;
  const left = width / 2 - sight.x * scale;
  const top = height / 2 - sight.y * scale;
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.fillStyle = colours.sea;
  context.fillRect(0, 0, width, height);
  for (let turn = Math.floor(-left / scale); world && left + turn * scale < width; turn++) {
    context.setTransform(scale, 0, 0, scale, left + turn * scale, top);
    context.fillStyle = colours.land;
    context.fill(world.land);
    context.lineWidth = ratio / scale;
    context.strokeStyle = colours.border;
    context.stroke(world.borders);
    context.strokeStyle = colours.coast;
    context.stroke(world.coasts);
  }
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.strokeStyle = colours.line;
  context.lineWidth = ratio;
  context.beginPath();
  for (const { at } of meridians(sight, size, step)) {
    context.moveTo(at * ratio, 0);
    context.lineTo(at * ratio, height);
  }
  for (const { at } of parallels(sight, size, step)) {
    context.moveTo(0, at * ratio);
    context.lineTo(width, at * ratio);
  }
  context.stroke();
}
