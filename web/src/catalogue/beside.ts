/** Which photos are looked at beside each other: compared with one that leads, or surveyed all at once. */
import type { Order, Picks } from './picks';

const MOST_COMPARED = 4;
const MOST_SURVEYED = 12;
/** Of a survey that begins with one photo only. */
const SOME = 6;

/** Two to four: those that are chosen, or the active one and its neighbour. */
export function compared(picks: Picks, order: Order, at: number): readonly number[] {
  const found = chosen(picks, order).slice(0, MOST_COMPARED);
  const next = order[at + 1] ?? order[at - 1];
  return found.length > 1 || next === undefined ? found : [...found, next];
}

/** All that are chosen, or the active one and those after it. */
export function surveyed(picks: Picks, order: Order, at: number): readonly number[] {
  const found = chosen(picks, order).slice(0, MOST_SURVEYED);
  return found.length === 1 ? [...order.subarray(Math.max(0, at), at + SOME)] : found;
}

function chosen({ selected, active }: Picks, order: Order): number[] {
  if (selected.size <= 1) return active === null ? [] : [active];
  return [...order].filter((number) => selected.has(number));
}

/** The next photo of the list that is not shown already takes the place of this one; the first one stays. */
export function replaced(
  beside: readonly number[],
  order: Order,
  number: number | null,
  by: number,
): { beside: readonly number[]; active: number } | null {
  const slot = Math.max(1, beside.indexOf(number ?? -1));
  let at = order.indexOf(beside[slot] ?? -1) + by;
  while (beside.includes(order[at] ?? -1)) at += by;
  const active = order[at];
  return active === undefined ? null : { beside: beside.map((one, i) => (i === slot ? active : one)), active };
}

/** So many of them, with those that follow the first one in the list. */
export function spread(beside: readonly number[], order: Order, count: number): readonly number[] {
  const first = order.indexOf(beside[0] ?? -1);
  const more = [...order.subarray(first + 1, first + 2 * MOST_COMPARED)].filter((number) => !beside.includes(number));
  return [...beside, ...more].slice(0, count);
}
