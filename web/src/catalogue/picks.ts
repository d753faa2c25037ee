/** Which photos of a long list are chosen, by number, and which of them is the one that keys act from. */
export interface Picks {
  active: number | null;
  selected: ReadonlySet<number>;
  /** Where a range with Shift begins. */
  anchor: number | null;
}

export const NONE: Picks = { active: null, selected: new Set(), anchor: null };
export type Order = Uint32Array;

export function only(number: number): Picks {
  return { active: number, selected: new Set([number]), anchor: number };
}

/** At a place of the list. mod: Ctrl or Command. */
export function clicked(p: Picks, order: Order, at: number, shift: boolean, mod: boolean): Picks {
  const number = order[at];
  if (number === undefined) return p;
  if (shift && p.anchor !== null) return ranged(p, order, at, mod);
  if (!mod) return only(number);
  const selected = new Set(p.selected);
  if (!selected.has(number)) return { active: number, selected: selected.add(number), anchor: number };
  if (selected.size === 1) return p;
  selected.delete(number);
  const active = p.active === number ? nearest(order, at, selected) : p.active;
  return { active, selected, anchor: active };
}

/** Of one that is chosen already the others stay chosen: another one of them leads. */
export function led(p: Picks, number: number): Picks {
  return p.selected.has(number) ? { ...p, active: number, anchor: number } : only(number);
}

function ranged(p: Picks, order: Order, at: number, mod = false): Picks {
  const from = Math.max(0, p.anchor === null ? at : order.indexOf(p.anchor));
  const range = order.subarray(Math.min(from, at), Math.max(from, at) + 1);
  const selected = new Set(mod ? p.selected : []);
  for (const number of range) selected.add(number);
  return { active: order[at] ?? null, selected, anchor: p.anchor };
}

/** By so many places; with `extend` the range from the anchor grows or shrinks. */
export function stepped(p: Picks, order: Order, by: number, extend = false): Picks {
  if (order.length === 0) return NONE;
  const at = p.active === null ? -1 : order.indexOf(p.active);
  const to = at < 0 ? 0 : Math.min(order.length - 1, Math.max(0, at + by));
  return extend && p.anchor !== null ? ranged(p, order, to) : only(order[to] ?? 0);
}

export function all(p: Picks, order: Order): Picks {
  return { active: p.active ?? order[0] ?? null, selected: new Set(order), anchor: p.anchor };
}

/** After the list changed. was: where the active photo stood in the old one; what stands there now takes its place. */
export function remaining(p: Picks, order: Order, was: number): Picks {
  const there = new Set(order);
  const selected = new Set([...p.selected].filter((number) => there.has(number)));
  if (p.active !== null && there.has(p.active)) {
    return { active: p.active, selected, anchor: p.anchor !== null && there.has(p.anchor) ? p.anchor : p.active };
  }
  const next = order[Math.min(Math.max(0, was), order.length - 1)];
  return next === undefined
    ? NONE
    : selected.size
      ? { active: nearest(order, was, selected), selected, anchor: null }
      : only(next);
}

function nearest(order: Order, at: number, selected: ReadonlySet<number>): number | null {
  for (let by = 1; by < order.length; by++) {
    for (const to of [at + by, at - by]) {
      const number = order[to];
      if (number !== undefined && selected.has(number)) return number;
    }
  }
  return selected.values().next().value ?? null;
}
