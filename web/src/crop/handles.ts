/** The handles of the crop rectangle: names, places, marks and cursors. */
import type { Handle } from './constrain';
import type { Point, Rect } from './geometry';
import { t } from '../texts';

/** Length of a mark in CSS pixels. */
const ARM = 18;

export const HANDLE_NAMES = {
  nw: t('Top left corner'),
  n: t('Top edge'),
  ne: t('Top right corner'),
  e: t('Right edge'),
  se: t('Bottom right corner'),
  s: t('Bottom edge'),
  sw: t('Bottom left corner'),
  w: t('Left edge'),
} as const satisfies Record<Handle, string>;

const CURSORS = { nw: 'nwse', se: 'nwse', ne: 'nesw', sw: 'nesw', n: 'ns', s: 'ns', e: 'ew', w: 'ew' } as const;

export function cursorOf(handle: Handle): string {
  return `${CURSORS[handle]}-resize`;
}

export function placeOf(handle: Handle, area: Rect): Point {
  const x = handle.includes('w') ? 0 : handle.includes('e') ? 1 : 0.5;
  const y = handle.includes('n') ? 0 : handle.includes('s') ? 1 : 0.5;
  return { x: area.x + x * area.width, y: area.y + y * area.height };
}

/** The mark of a handle as an SVG path: an angle at a corner, a stroke at an edge. */
export function markOf(handle: Handle, area: Rect): string {
  const { x, y } = placeOf(handle, area);
  const sx = handle.includes('w') ? 1 : -1;
  const sy = handle.includes('n') ? 1 : -1;
  if (handle.length === 2) return `M${x} ${y + sy * ARM}v${-sy * ARM}h${sx * ARM}`;
  return handle === 'n' || handle === 's' ? `M${x - ARM / 2} ${y}h${ARM}` : `M${x} ${y - ARM / 2}v${ARM}`;
}
