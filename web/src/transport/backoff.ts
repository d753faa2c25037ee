/** Waiting times between attempts to connect again, in milliseconds. */
const FIRST = 250;
const LONGEST = 5000;

export function delay(attempt: number): number {
  return Math.min(LONGEST, FIRST * 2 ** Math.max(0, attempt));
}
