/** Which keys each command has: the usual ones of the keyboard, and in their place what a person has chosen. */
import { type Keyboard, OTHERWISE } from './keyboards';
import { written } from './pattern';
import { type Command, type Mode, MODES, SHORTCUTS, type Shortcut } from './table';

/** By command: its keys, the first one shown; none for a command without. */
export type Changed = Readonly<Record<string, readonly string[]>>;

const BY_ID = new Map(SHORTCUTS.map((one) => [one.id, one]));

export function shortcutOf(id: Command): Shortcut {
  const found = BY_ID.get(id);
  if (!found) throw new Error(`No command is called ${id}.`);
  return found;
}

export function isCommand(id: string): id is Command {
  return BY_ID.has(id as Command);
}

/** Where a command works. */
export function modesOf({ during }: Shortcut): readonly Mode[] {
  if (!during) return MODES;
  return typeof during === 'string' ? [during] : during;
}

/** Never changes; what changes one answers with another. */
export class Bindings {
  /** Commands by pattern, in the order of the table. */
  private readonly holding = new Map<string, Shortcut[]>();

  /** changed: may name commands that this release has not; they are kept. */
  constructor(
    readonly keyboard: Keyboard = 'us',
    readonly changed: Changed = {},
  ) {
    for (const shortcut of SHORTCUTS)
      for (const pattern of this.keys(shortcut.id))
        this.holding.set(pattern, [...(this.holding.get(pattern) ?? []), shortcut]);
  }

  usual(id: Command): readonly string[] {
    return OTHERWISE[this.keyboard][id] ?? shortcutOf(id).keys;
  }

  keys(id: Command): readonly string[] {
    const chosen = this.changed[id];
    if (!chosen) return this.usual(id);
    return [...new Set(chosen.map(written).filter((pattern) => pattern !== null))];
  }

  differs(id: Command): boolean {
    return this.changed[id] !== undefined;
  }

  /** What the pattern does while this is in front. */
  find(pattern: string, mode: Mode): Command | null {
    return this.holding.get(pattern)?.find((one) => modesOf(one).includes(mode))?.id ?? null;
  }

  /** The other commands that have the pattern where `id` works. */
  others(id: Command, pattern: string): Shortcut[] {
    const modes = modesOf(shortcutOf(id));
    const rivals = this.holding.get(pattern) ?? [];
    return rivals.filter((one) => one.id !== id && modesOf(one).some((mode) => modes.includes(mode)));
  }

  /** With these keys, and as it is usual where they are the usual ones. */
  with(id: Command, keys: readonly string[]): Bindings {
    const { [id]: _, ...rest } = this.changed;
    const usual = this.usual(id);
    const same = keys.length === usual.length && keys.every((key, i) => key === usual[i]);
    return new Bindings(this.keyboard, same ? rest : { ...rest, [id]: keys });
  }

  /** With the pattern in the place `at` of the command's keys, or behind them. */
  bound(id: Command, at: number, pattern: string): Bindings {
    const keys = [...this.keys(id)];
    keys[Math.min(at, keys.length)] = pattern;
    return this.with(id, [...new Set(keys)]);
  }

  without(id: Command, pattern: string): Bindings {
    return this.with(
      id,
      this.keys(id).filter((one) => one !== pattern),
    );
  }

  /** As `bound`, and those that had the pattern get the one that was there, or lose theirs where that is not free. */
  swapped(id: Command, at: number, pattern: string): Bindings {
    const given = this.keys(id)[at];
    const losers = this.others(id, pattern);
    let next = this.bound(id, at, pattern);
    for (const loser of losers) next = next.without(loser.id, pattern);
    for (const loser of losers) {
      if (!given || next.others(loser.id, given).length > 0) continue;
      const keys = this.keys(loser.id).map((one) => (one === pattern ? given : one));
      next = next.with(loser.id, keys);
    }
    return next;
  }

  /** As it is usual. Another command that has taken one of the keys keeps it, which `clashes` tells. */
  reset(id: Command): Bindings {
    return this.with(id, this.usual(id));
  }

  on(keyboard: Keyboard): Bindings {
    return new Bindings(keyboard, this.changed);
  }

  /** Keys that a command has, but another that comes first as well. */
  clashes(id: Command): { pattern: string; with: Shortcut }[] {
    return this.keys(id).flatMap((pattern) => this.others(id, pattern).map((other) => ({ pattern, with: other })));
  }
}
