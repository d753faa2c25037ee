/** Lines of equal latitude and longitude, and what is written beside them. */
import { type Sight, around, multiples, placeAt, projected, side } from './atlas';
import type { Size } from './view';
import { figures } from '../texts';

/** Lines of the graticule in sight: their degrees, and where they are from the left or the top. */
export interface Line {
  degrees: number;
  at: number;
}

export function meridians(sight: Sight, size: Size, step: number): Line[] {
  const half = size.width / 2 / side(sight.zoom);
  const from = placeAt(sight.x - half, 0).longitude;
  const to = placeAt(sight.x + half, 0).longitude;
  return multiples(step, from, to).map((degrees) => ({
    degrees,
    at: size.width / 2 + ((degrees + 180) / 360 - sight.x) * side(sight.zoom),
  }));
}

export function parallels(sight: Sight, size: Size, step: number): Line[] {
  const half = size.height / 2 / side(sight.zoom);
  const south = placeAt(0, Math.min(1, sight.y + half));
  const north = placeAt(0, Math.max(0, sight.y - half));
  return multiples(step, south.latitude, north.latitude).map((degrees) => ({
    degrees,
    at: size.height / 2 + (projected({ latitude: degrees, longitude: 0 }).y - sight.y) * side(sight.zoom),
  }));
}

/** digits: after the point. */
export function latitude(degrees: number, digits = 0): string {
  return written(degrees, digits, degrees > 0 ? 'N' : 'S');
}

export function longitude(degrees: number, digits = 0): string {
  const turned = around(degrees);
  return written(turned, digits, turned > 0 ? 'E' : 'W');
}

/** With the letter of ISO 6709 in every language: a German O beside a number is read as 0, a Spanish one means west.
 * What lies between two directions has none. */
function written(degrees: number, digits: number, direction: string): string {
  const value = `${figures(Math.abs(degrees), digits)}°`;
  return degrees % 180 === 0 ? value : `${value} ${direction}`;
}

/** Digits that multiples of a step have. */
export function digitsOf(step: number): number {
  return step >= 1 ? 0 : -Math.floor(Math.log10(step));
}

export function length(metres: number): string {
  return metres < 1000 ? `${figures(metres)} m` : `${figures(metres / 1000)} km`;
}
