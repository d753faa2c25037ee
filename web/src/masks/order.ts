/** The order of lists that a hand arranges. */

/** With one entry at another place. */
export function arranged<T>(list: readonly T[], from: number, to: number): T[] {
  const rest = list.filter((_, i) => i !== from);
  return [...rest.slice(0, to), ...list.slice(from, from + 1), ...rest.slice(to)];
}

/** Which place an entry takes that is dropped at that height. middles: of all rows from the top. */
export function placeFor(from: number, height: number, middles: readonly number[]): number {
  return middles.filter((middle, i) => i !== from && middle < height).length;
}
