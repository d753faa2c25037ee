/** What the menu of a photo offers about its stack and about photos like it. */
import * as api from '../../api/library';
import type { CataloguePhoto } from '../../api/types';
import type { Shelf } from '../../state/catalogue/shelf.svelte';
import { t } from '../../texts';

export interface StackItem {
  label: string;
  disabled?: boolean;
  onpick: () => void;
}

export function stackItems(shelf: Shelf, photo: CataloguePhoto | null): StackItem[] {
  const { listing } = shelf;
  if (!photo) return [];
  const { number, stack } = photo;
  const items: StackItem[] = [{ label: t('Sort by likeness to this'), onpick: () => listing.alike(number) }];
  if (stack !== null && listing.tops)
    items.push({
      label: listing.opened.includes(stack) ? t('Close stack') : t('Open stack'),
      onpick: () => listing.openStack(stack),
    });
  if (photo.burst !== null)
    items.push({
      label: t('Put on top of the burst'),
      disabled: stack === number,
      onpick: () => void shelf.act(() => api.putOnTop(number)),
    });
  return items;
}
