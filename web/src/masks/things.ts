/** Things in a photo that can be pointed at. */
import type { Thing } from '../api/types';
import type { Point } from './tree';
import { t } from '../texts';

/** Closed lines through places of the frame. */
export type Lines = readonly (readonly Point[])[];

/** The smallest thing whose box holds the place: what lies in front of others. */
export function smallestAt(things: readonly Thing[], { x, y }: Point, peopleOnly: boolean): number | null {
  let best: number | null = null;
  let least = Infinity;
  things.forEach(({ box: [left, top, right, bottom], person }, i) => {
    const area = (right - left) * (bottom - top);
    if (x < left || x >= right || y < top || y >= bottom || area >= least || (peopleOnly && person < 0)) return;
    best = i;
    least = area;
  });
  return best;
}

export function rectangle([left, top, right, bottom]: Thing['box']): Point[] {
  return [
    { x: left, y: top },
    { x: right, y: top },
    { x: right, y: bottom },
    { x: left, y: bottom },
  ];
}

/** "Person 2", "Dog". */
export function nameOf({ what, person }: Thing): string {
  return person >= 0 ? t(`Person ${person + 1}`) : what.charAt(0).toUpperCase() + what.slice(1);
}
