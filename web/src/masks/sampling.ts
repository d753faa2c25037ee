/** Ranges that are told by a place of the picture. */
import type { MaskSample } from '../api/types';
import type { Kind } from './tree';

/** Around what was clicked, of 100. */
const REACH = 8;

/** The range with what is at that place: a colour more, or just what is as bright or as far away. */
export function withSample(kind: Kind, found: MaskSample): Kind {
  const around = (value: number) => [Math.max(0, Math.round(value - REACH)), Math.min(100, Math.round(value + REACH))];
  if (kind.kind === 'colour') {
    const held = Array.isArray(kind.colours) ? (kind.colours as unknown[]) : [];
    return { ...kind, colours: [...held, found.colour] };
  }
  if (kind.kind === 'luminance') {
    const [low, high] = around(found.lightness);
    return { ...kind, low, high };
  }
  if (found.distance === null) return kind;
  const [near, far] = around(found.distance);
  return { ...kind, near, far };
}
