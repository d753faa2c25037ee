/** The keys that a person has chosen: kept by the server, the same in every window. */
import * as api from '../api';
import { Bindings } from '../shortcuts/bindings';
import { current } from '../shortcuts/current.svelte';
import type { Kept } from '../shortcuts/file';
import { type Keyboard, here } from '../shortcuts/keyboards';

export class Shortcuts {
  /** The chosen keyboard; null for the one that is here. */
  keyboard = $state<Keyboard | null>(null);
  /** The one that is here. */
  found = $state<Keyboard>('us');
  /** How many changes the server has not answered yet: what other windows did meanwhile may be older, or newer. */
  private sent = 0;
  /** Whether something else than what is shown was heard of meanwhile. */
  private missed = false;
  /** How often anything was heard of. */
  private heard = 0;
  /** The last change: those of this window arrive in their order. */
  private last: Promise<unknown> = Promise.resolve();

  constructor(private readonly onfailed: (error: unknown) => void) {}

  get bindings(): Bindings {
    return current.bindings;
  }

  /** Without an answer there are the usual keys. */
  async load(): Promise<void> {
    this.found = await here();
    this.take({ keyboard: this.keyboard, changed: this.bindings.changed });
    await this.ask();
  }

  /** The server has kept these. */
  told(kept: Kept): void {
    this.heard += 1;
    if (!this.sent) this.take(kept);
    else this.missed ||= told(kept) !== told({ keyboard: this.keyboard, changed: this.bindings.changed });
  }

  choose(keyboard: Keyboard | null): Promise<boolean> {
    return this.keep({ keyboard, changed: this.bindings.changed });
  }

  change(bindings: Bindings): Promise<boolean> {
    return this.keep({ keyboard: this.keyboard, changed: bindings.changed });
  }

  /** At once here; as it was when the server cannot keep it. */
  async keep(kept: Kept): Promise<boolean> {
    const before = { keyboard: this.keyboard, changed: this.bindings.changed };
    const taken = this.take(kept);
    this.sent += 1;
    const changed = Object.fromEntries(Object.entries(kept.changed).map(([id, keys]) => [id, [...keys]]));
    const turn = this.last.then(() => api.keepShortcuts({ keyboard: kept.keyboard, changed }));
    this.last = turn.catch(() => undefined);
    try {
      await turn;
      return true;
    } catch (error) {
      if (current.bindings === taken) this.take(before);
      this.onfailed(error);
      return false;
    } finally {
      this.sent -= 1;
      if (!this.sent && this.missed) await this.ask();
    }
  }

  /** What the server keeps now, unless there is newer news when it answers. */
  private async ask(): Promise<void> {
    this.missed = false;
    const heard = this.heard;
    try {
      const kept = await api.getShortcuts();
      if (this.sent) this.missed = true;
      else if (heard === this.heard) this.take(kept);
    } catch (error) {
      this.onfailed(error);
    }
  }

  private take({ keyboard, changed }: Kept): Bindings {
    this.keyboard = keyboard;
    return (current.bindings = new Bindings(keyboard ?? this.found, changed));
  }
}

/** The same for the same keys. */
const told = ({ keyboard, changed }: Kept): string =>
  JSON.stringify([keyboard, Object.entries(changed).sort(([one], [other]) => (one < other ? -1 : 1))]);
