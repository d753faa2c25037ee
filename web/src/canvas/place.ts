import type { Point } from '../crop/geometry';

/** Where a pointer is within an element, in CSS pixels. */
export function placeIn(box: Element | null | undefined, event: MouseEvent): Point {
  const { left, top } = box?.getBoundingClientRect() ?? { left: 0, top: 0 };
  return { x: event.clientX - left, y: event.clientY - top };
}
