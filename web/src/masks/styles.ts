/** The ways in which a mask is shown over the picture. */
import type { Overlay } from '../transport/live';
import { t } from '../texts';

export const STYLES: readonly { value: Overlay['style']; label: string }[] = [
  { value: 'red', label: t('Red') },
  { value: 'green', label: t('Green') },
  { value: 'blue', label: t('Blue') },
  { value: 'white', label: t('White on black') },
  { value: 'black', label: t('Black on white') },
  { value: 'image', label: t('Picture on black') },
];

export function styleAfter(style: Overlay['style']): Overlay['style'] {
  const at = STYLES.findIndex(({ value }) => value === style);
  return STYLES[(at + 1) % STYLES.length]?.value ?? 'red';
}
