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
  /** How many requests the server has not answered yet; what other windows did meanwhile is older than these. */
  private sent = 0;

  constructor(private readonly onfailed: (error: unknown) => void) {}

  get bindings(): Bindings {
    return current.bindings;
  }

  /** Without an answer there are the usual keys. */
  async load(): Promise<void> {
    this.found = await here();
    this.take({ keyboard: this.keyboard, changed: this.bindings.changed });
    try {
      this.told(await api.getShortcuts());
    } catch (error) {
      this.onfailed(error);
    }
  }

  /** The server has kept these. */
  told(kept: Kept): void {
    if (!this.sent) this.take(kept);
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
    try {
      const changed = Object.fromEntries(Object.entries(kept.changed).map(([id, keys]) => [id, [...keys]]));
      await api.keepShortcuts({ keyboard: kept.keyboard, changed });
      return true;
    } catch (error) {
      if (current.bindings === taken) this.take(before);
      this.onfailed(error);
      return false;
    } finally {
      this.sent -= 1;
    }
  }

  private take({ keyboard, changed }: Kept): Bindings {
    this.keyboard = keyboard;
    return (current.bindings = new Bindings(keyboard ?? this.found, changed));
  }
}
