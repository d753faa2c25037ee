/** What can be done with whole masks and with their parts: order, names, copies. */
import type { Adjustment } from '../../api/types';
import { arranged } from '../../masks/order';
import { type Component, componentsOf, freeName, newId, plain, withComponent, withComponents } from '../../masks/tree';
import type { Masking } from './masking.svelte';
import { t } from '../../texts';

export class MaskList {
  /** A mask that was copied, and the photo that it is from. */
  copied = $state.raw<{ adjustment: Adjustment; photo: string } | null>(null);

  constructor(private readonly masking: Masking) {}

  move(from: number, to: number): void {
    const { adjustments } = this.masking;
    const name = adjustments[from]?.name ?? t('Mask');
    this.masking.put(arranged(adjustments, from, to), to < from ? t(`Move ${name} up`) : t(`Move ${name} down`));
  }

  rename(adjustment: Adjustment, name: string): void {
    const short = name.trim().slice(0, 100);
    if (short && short !== adjustment.name) this.masking.set({ ...adjustment, name: short }, t(`Rename to ${short}`));
  }

  enable(adjustment: Adjustment, enabled: boolean): void {
    this.masking.set({ ...adjustment, enabled }, enabled ? t(`${adjustment.name} on`) : t(`${adjustment.name} off`));
  }

  invert(adjustment: Adjustment): void {
    const { inverted, ...mask } = adjustment.mask;
    this.masking.set(
      { ...adjustment, mask: inverted ? mask : { ...mask, inverted: true } },
      t(`${adjustment.name} inverted`),
    );
  }

  duplicate(adjustment: Adjustment): void {
    const { adjustments } = this.masking;
    const copy = { ...adjustment, id: newId(), name: freeName(adjustment.name, adjustments) };
    const at = adjustments.findIndex((a) => a.id === adjustment.id) + 1;
    this.masking.put([...adjustments.slice(0, at), copy, ...adjustments.slice(at)], t(`Duplicate ${adjustment.name}`));
    this.masking.choose(copy.id);
  }

  remove(adjustment: Adjustment): void {
    const { adjustments } = this.masking;
    const at = adjustments.indexOf(adjustment);
    const left = adjustments.filter((a) => a !== adjustment);
    this.masking.put(left, t(`Remove ${adjustment.name}`));
    if (this.masking.chosen === adjustment.id) this.masking.choose((left[at] ?? left[at - 1])?.id ?? null);
  }

  copy(adjustment: Adjustment): void {
    if (this.masking.photo) this.copied = { adjustment, photo: this.masking.photo };
  }

  /** Of a mask from another photo, what was found there is looked for here. */
  paste(): void {
    const { masking, copied } = this;
    if (!copied || !masking.photo) return;
    const adjustment = {
      ...this.here(copied.adjustment),
      id: newId(),
      name: freeName(copied.adjustment.name, masking.adjustments),
    };
    masking.put([...masking.adjustments, adjustment], t(`Paste ${adjustment.name}`));
    masking.choose(adjustment.id);
    componentsOf(adjustment).forEach((c, i) => {
      if (masking.finds.has(c.kind.kind) && !c.kind.raster) masking.find(adjustment.id, i, c.kind);
    });
  }

  private here(adjustment: Adjustment): Adjustment {
    if (this.copied?.photo === this.masking.photo) return adjustment;
    const forgotten = (c: Component) => (this.masking.finds.has(c.kind.kind) ? { ...c, kind: plain(c.kind) } : c);
    return withComponents(adjustment, componentsOf(adjustment).map(forgotten));
  }

  // Parts of the mask that is worked on.

  movePart(from: number, to: number): void {
    this.setParts(
      arranged(this.masking.components, from, to),
      to < from ? t('part moved up') : t('part moved down'),
      to,
    );
  }

  changePart(index: number, change: Partial<Component>, label: string): void {
    const { current, components } = this.masking;
    const part = components[index];
    if (!current || !part) return;
    this.masking.set(withComponent(current, index, { ...part, ...change }), `${current.name}: ${label}`);
  }

  duplicatePart(index: number): void {
    const { components } = this.masking;
    const copy = components.slice(index, index + 1);
    const next = [...components.slice(0, index + 1), ...copy, ...components.slice(index + 1)];
    this.setParts(next, t('part duplicated'), index + 1);
  }

  /** A part, copied as a mask of its own. */
  copyPart(index: number, name: string): void {
    const { current, components } = this.masking;
    const part = components[index];
    if (!current || !part) return;
    const alone = withComponents({ ...current, name, delta: {}, amount: 1 }, [{ ...part, combine: 'add' }]);
    const { inverted: _, ...mask } = alone.mask;
    this.copy({ ...alone, mask });
  }

  removePart(index: number): void {
    const left = this.masking.components.filter((_, i) => i !== index);
    this.setParts(left, t('part removed'), Math.max(0, Math.min(this.masking.part, left.length - 1)));
  }

  private setParts(components: Component[], label: string, part: number): void {
    const { current } = this.masking;
    if (!current) return;
    this.masking.set(withComponents(current, components), `${current.name}: ${label}`);
    this.masking.choose(current.id, part);
  }
}
