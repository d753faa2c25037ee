/** The history as the panel lists it: the newest step first, the untouched photo last. */
export interface Past {
  /** How many of the entries, oldest first, are in effect. */
  position: number;
  entries: readonly { label: string; at: string }[];
}

export interface Step {
  /** Where a click goes: this many entries in effect. */
  position: number;
  label: string;
  at: string;
  current: boolean;
  /** Taken back, and still there to be done again. */
  undone: boolean;
}

export function steps({ position, entries }: Past): Step[] {
  return [{ label: 'Original', at: '' }, ...entries]
    .map(({ label, at }, i) => ({ position: i, label, at, current: i === position, undone: i > position }))
    .reverse();
}
