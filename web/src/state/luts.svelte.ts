/** The look-up tables that a person has. */
import * as api from '../api';
import { taken } from './taking';
import type { Notices } from './notices.svelte';

export class Luts {
  list = $state.raw<{ name: string; value: string }[]>([]);

  constructor(
    private readonly notices: Notices,
    private readonly onfailed: (error: unknown) => void,
  ) {}

  async load(): Promise<void> {
    try {
      this.list = await api.getLuts();
    } catch (error) {
      this.onfailed(error);
    }
  }

  /** Imports files. What names the last that was read; null when none was. */
  async take(files: readonly File[]): Promise<string | null> {
    const values = await taken(files, api.importLut, this.notices, this.onfailed);
    await this.load();
    return values.at(-1) ?? null;
  }
}
