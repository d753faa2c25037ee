/** The ways in which a mask is shown over the picture. */
import type { Overlay } from '../transport/live';

export const STYLES: readonly { value: Overlay['style']; label: string }[] = [
  { value: 'red', label: 'Red' },
  { value: 'green', label: 'Green' },
  { value: 'blue', label: 'Blue' },
  { value: 'white', label: 'White on black' },
  { value: 'black', label: 'Black on white' },
  { value: 'image', label: 'Picture on black' },
];

export function styleAfter(style: Overlay['style']): Overlay['style'] {
  const at = STYLES.findIndex(({ value }) => value === style);
  return STYLES[(at + 1) % STYLES.length]?.value ?? 'red';
}
