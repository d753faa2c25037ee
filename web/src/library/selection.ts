/** Which photos of the filmstrip are selected, and which one of them is open. Order is that of the folder. */
export interface Selection {
  active: string | null;
  selected: ReadonlySet<string>;
  /** Where a range with Shift begins. */
  anchor: string | null;
}

export const NOTHING: Selection = { active: null, selected: new Set(), anchor: null };

export function only(id: string): Selection {
  return { active: id, selected: new Set([id]), anchor: id };
}

/** What a folder begins with: the photo that it was opened by, and others that were asked for with it. */
export function begun(first: string | null | undefined, chosen: readonly string[] = []): Selection {
  return first ? { active: first, selected: new Set([first, ...chosen]), anchor: first } : NOTHING;
}

export function clicked(s: Selection, ids: readonly string[], id: string, shift: boolean, mod: boolean): Selection {
  if (shift && s.anchor !== null) return ranged(s, ids, id);
  if (!mod) return only(id);
  const selected = new Set(s.selected);
  if (selected.has(id) && selected.size > 1) {
    selected.delete(id);
    const active = s.active === id ? (ids.find((other) => selected.has(other)) ?? id) : s.active;
    return { active, selected, anchor: active };
  }
  return { active: id, selected: selected.add(id), anchor: id };
}

function ranged(s: Selection, ids: readonly string[], id: string): Selection {
  const [a, b] = [ids.indexOf(s.anchor ?? id), ids.indexOf(id)].sort((x, y) => x - y) as [number, number];
  return { active: id, selected: new Set(ids.slice(Math.max(0, a), b + 1)), anchor: s.anchor };
}

/** To the photo `by` places on; with `extend` the range from the anchor grows or shrinks. */
export function stepped(s: Selection, ids: readonly string[], by: number, extend = false): Selection {
  if (ids.length === 0) return s;
  const at = s.active === null ? -1 : ids.indexOf(s.active);
  const next = ids[Math.min(ids.length - 1, Math.max(0, at + by))];
  if (next === undefined) return s;
  return extend && s.anchor !== null ? ranged(s, ids, next) : only(next);
}

export function all(s: Selection, ids: readonly string[]): Selection {
  return { active: s.active ?? ids[0] ?? null, selected: new Set(ids), anchor: s.anchor };
}

/** After the folder changed: what is gone is no longer selected. */
export function remaining(s: Selection, ids: readonly string[]): Selection {
  const there = new Set(ids);
  const selected = new Set([...s.selected].filter((id) => there.has(id)));
  const active = s.active !== null && there.has(s.active) ? s.active : ([...selected][0] ?? ids[0] ?? null);
  if (active !== null) selected.add(active);
  return { active, selected, anchor: s.anchor !== null && there.has(s.anchor) ? s.anchor : active };
}

/** First and one-past-last index of the cells that a strip of `width` scrolled to `left` shows, and a few beside. */
export function visible(left: number, width: number, cell: number, count: number, beside = 4): [number, number] {
  const first = Math.max(0, Math.floor(left / cell) - beside);
  return [Math.min(first, count), Math.min(count, Math.ceil((left + width) / cell) + beside)];
}
