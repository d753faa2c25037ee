/** Aspect ratios that the crop tool offers. */
import type { Size } from './geometry';
import { t } from '../texts';

export interface Ratio {
  id: string;
  label: string;
  /** Width to height of a landscape crop; null where any shape is allowed. */
  of: (turned: Size, custom: Size) => number | null;
}

const fixed = (id: string, width: number, height: number): Ratio => ({ id, label: id, of: () => width / height });

export const RATIOS: readonly Ratio[] = [
  { id: 'free', label: t('Free'), of: () => null },
  { id: 'original', label: t('Original'), of: (turned) => turned.width / turned.height },
  fixed('1 : 1', 1, 1),
  fixed('5 : 4', 5, 4),
  fixed('4 : 3', 4, 3),
  fixed('3 : 2', 3, 2),
  fixed('16 : 9', 16, 9),
  { id: 'custom', label: t('Custom'), of: (_, custom) => custom.width / custom.height },
];

/** The ratio for a crop that stands upright or lies. "Original" has the photo's own orientation until it is swapped. */
export function ratioOf(id: string, turned: Size, custom: Size, swapped: boolean): number | null {
  const ratio = RATIOS.find((r) => r.id === id)?.of(turned, custom) ?? null;
  return ratio === null ? null : swapped ? 1 / ratio : ratio;
}
