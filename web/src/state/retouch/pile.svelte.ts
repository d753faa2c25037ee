/** The patches of the photo, the lowest first, and what is done to one of them. */
import type { Patch } from '../../api/types';
import { arranged } from '../../masks/order';
import { newId } from '../../masks/tree';
import type { Editor } from '../editor.svelte';
import { t } from '../../texts';

export class Pile {
  chosen = $state<string | null>(null);

  patches = $derived.by<Patch[]>(() => (this.editor.settings.patches as Patch[] | undefined) ?? []);
  current = $derived(this.patches.find((p) => p.id === this.chosen) ?? null);

  constructor(protected readonly editor: Editor) {}

  choose(id: string | null): void {
    this.chosen = id;
  }

  move(from: number, to: number): void {
    const name = this.patches[from]?.name ?? 'patch';
    this.put(arranged(this.patches, from, to), to > from ? t(`Move ${name} up`) : t(`Move ${name} down`));
  }

  rename(patch: Patch, name: string): void {
    const short = name.trim().slice(0, 100);
    if (short && short !== patch.name) this.set({ ...patch, name: short }, t(`Rename to ${short}`));
  }

  enable(patch: Patch, enabled: boolean): void {
    this.set({ ...patch, enabled }, enabled ? t(`${patch.name} on`) : t(`${patch.name} off`));
  }

  pick(patch: Patch, chosen: number): void {
    this.set({ ...patch, chosen }, t(`${patch.name}: variant ${chosen + 1}`));
  }

  /** Where it is seen: what a mask covers, everywhere without one. */
  confine(patch: Patch, mask: Record<string, unknown> | null, where: string): void {
    this.set({ ...patch, mask: mask ?? {} }, t(`${patch.name}: seen ${where}`));
  }

  duplicate(patch: Patch): void {
    const at = this.patches.indexOf(patch) + 1;
    const copy = { ...patch, id: newId() };
    this.put([...this.patches.slice(0, at), copy, ...this.patches.slice(at)], t(`Duplicate ${patch.name}`));
    this.chosen = copy.id;
  }

  remove(patch: Patch): void {
    const at = this.patches.findIndex((p) => p.id === patch.id);
    const left = this.patches.filter((p) => p.id !== patch.id);
    this.put(left, t(`Delete ${patch.name}`));
    if (this.chosen === patch.id) this.chosen = (left[at] ?? left[at - 1])?.id ?? null;
  }

  fade(patch: Patch, opacity: number, input: number | null): void {
    this.show({ ...patch, opacity }, input);
  }

  /** The hand rests; soon: it may go on. */
  rest(label: string, soon = false): void {
    if (!this.current) return;
    const told = `${this.current.name}: ${label}`;
    if (soon) this.editor.commitLater(told);
    else this.editor.commit(told);
  }

  protected show(patch: Patch, input: number | null = null): void {
    const patches = this.patches.map((p) => (p.id === patch.id ? patch : p));
    this.editor.preview({ ...this.editor.settings, patches }, input, true);
  }

  private set(patch: Patch, label: string): void {
    this.put(
      this.patches.map((p) => (p.id === patch.id ? patch : p)),
      label,
    );
  }

  private put(patches: Patch[], label: string): void {
    const { patches: _, ...rest } = this.editor.settings;
    this.editor.preview(patches.length ? { ...rest, patches } : rest, null, false);
    this.editor.commit(label);
  }
}
