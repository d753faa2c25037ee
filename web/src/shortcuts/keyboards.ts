/** Where a layout types a sign with AltGr, or not with Ctrl at all, other keys are usual on it. */
import type { Command } from './table';
import { t } from '../texts';

export type Keyboard = 'us' | 'de' | 'es';
export const KEYBOARDS: readonly { value: Keyboard; label: string }[] = [
  { value: 'us', label: t('English') },
  { value: 'de', label: t('German') },
  { value: 'es', label: t('Spanish') },
];

/** `[`, `{` and `\` are AltGr there; the comma and the full stop, and with Shift `;` and `:`, lie side by side on both. */
const WITH_ALTGR: Partial<Record<Command, readonly string[]>> = {
  'rotate-left': ['Mod+,', 'Mod+['],
  'rotate-right': ['Mod+.', 'Mod+]'],
  'brush-smaller': [',', '['],
  'brush-larger': ['.', ']'],
  'brush-softer': [';', '{'],
  'brush-harder': [':', '}'],
  before: ['<', '\\'],
};

export const OTHERWISE: Record<Keyboard, Partial<Record<Command, readonly string[]>>> = {
  us: {},
  de: WITH_ALTGR,
  es: WITH_ALTGR,
};

interface Layout {
  get: (code: string) => string | undefined;
}

/** By two keys that only one of them has so. */
export function guessed(layout: Layout): Keyboard {
  if (layout.get('Semicolon') === 'ö' && layout.get('BracketLeft') === 'ü') return 'de';
  return layout.get('Semicolon') === 'ñ' ? 'es' : 'us';
}

/** The layout that the browser tells, else the one that people of its language mostly have. */
export async function here(): Promise<Keyboard> {
  const { keyboard } = navigator as { keyboard?: { getLayoutMap?: () => Promise<Layout> } };
  try {
    const layout = await keyboard?.getLayoutMap?.();
    if (layout) return guessed(layout);
  } catch {
    // Not told to pages inside of others, nor where a person has forbidden it.
  }
  const language = navigator.language.slice(0, 2);
  return language === 'de' || language === 'es' ? language : 'us';
}
