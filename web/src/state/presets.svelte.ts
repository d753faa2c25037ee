/** Presets: looked at under the pointer, applied with an amount, kept and removed. */
import * as api from '../api';
import type { Preset, Settings } from '../api/types';
import { equal } from '../develop/settings';
import type { Editor } from './editor.svelte';
import type { Notices } from './notices.svelte';
import type { Stage } from './stage.svelte';
import { t } from '../texts';

/** The pointer rests so many milliseconds before the picture follows it. */
const REST = 120;

interface Used {
  preset: Preset;
  photo: string;
  amount: number;
  /** The settings without it and with it. */
  before: Settings;
  after: Settings;
}

export class Presets {
  list = $state.raw<Preset[]>([]);
  groups = $derived(
    [...new Set(this.list.map(({ group }) => group))].map((name) => ({
      name,
      presets: this.list.filter(({ group }) => group === name),
    })),
  );
  private last = $state.raw<Used | null>(null);
  /** The preset that was applied last, as long as nothing else changed. */
  used = $derived.by<Used | null>(() => {
    const { last, editor } = this;
    return last && last.photo === editor.photo?.id && equal(last.after, editor.settings) ? last : null;
  });
  /** Of the preset that was applied last: ahead of the picture while the hand moves. */
  amount = $state(1);
  private over: Preset | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly editor: Editor,
    private readonly stage: Stage,
    private readonly notices: Notices,
    private readonly onfailed: (error: unknown) => void,
  ) {}

  async load(): Promise<void> {
    try {
      this.list = await api.getPresets();
    } catch (error) {
      this.onfailed(error);
    }
  }

  /** Shows the photo with the preset under the pointer; null as it is. */
  look(preset: Preset | null): void {
    clearTimeout(this.timer);
    this.over = preset;
    const { photo, settings } = this.editor;
    if (!preset || !photo) this.stage.peek(null);
    else this.timer = setTimeout(() => void this.show(preset, photo.id, settings), REST);
  }

  private async show(preset: Preset, photo: string, settings: Settings): Promise<void> {
    const before = this.used?.preset.id === preset.id ? this.used.before : settings;
    try {
      const looked = await api.applyPreset(photo, preset.id, 1, before);
      if (this.over === preset && this.editor.photo?.id === photo) this.stage.peek(looked);
    } catch {
      // The click will tell.
    }
  }

  /** One step of the history. The preset that was applied just before goes. */
  async apply(preset: Preset, amount = 1): Promise<void> {
    const { photo, settings } = this.editor;
    if (!photo) return;
    const before = this.used?.before ?? settings;
    this.amount = amount;
    try {
      const after = await api.applyPreset(photo.id, preset.id, amount, before);
      if (this.editor.photo?.id !== photo.id || this.amount !== amount) return; // the hand has moved on
      this.look(null);
      this.editor.preview(after, null, false);
      this.last = { preset, photo: photo.id, amount, before, after };
      this.editor.commitLater(amount === 1 ? preset.name : `${preset.name} ${Math.round(amount * 100)} %`);
    } catch (error) {
      this.onfailed(error);
    }
  }

  async keep(name: string): Promise<void> {
    const { photo } = this.editor;
    if (!photo) return;
    this.editor.flush();
    await this.done(
      async () => {
        await this.editor.queue.add(async () => undefined);
        return api.savePreset(name, photo.id);
      },
      (name) => t(`${name} is kept as a preset.`),
    );
  }

  async take(files: readonly File[]): Promise<void> {
    for (const file of files)
      await this.done(
        () => api.importPreset(file),
        (name) => t(`${name} is imported.`),
      );
  }

  remove(preset: Preset): Promise<void> {
    return this.done(
      () => api.removePreset(preset.id),
      (name) => t(`${name} is removed.`),
    );
  }

  private async done(change: () => Promise<Preset>, told: (name: string) => string): Promise<void> {
    try {
      const preset = await change();
      this.notices.tell([told(preset.name), ...preset.notes].join(' '));
    } catch (error) {
      this.onfailed(error);
    }
    await this.load();
  }
}
