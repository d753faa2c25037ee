/** Combinations that do not reach a page, or do something else besides. */
import { APPLE } from './pattern';
import { t } from '../texts';

/** Browsers answer these themselves, whatever a page would do with them. */
const BROWSER: Record<string, string> = {
  'Mod+N': t('a browser opens a new window with it'),
  'Mod+Shift+N': t('a browser opens a private window with it'),
  'Mod+Shift+P': t('Firefox opens a private window with it'),
  'Mod+T': t('a browser opens a new tab with it'),
  'Mod+Shift+T': t('a browser brings a closed tab back with it'),
  'Mod+W': t('a browser closes the tab with it'),
  'Mod+Shift+W': t('a browser closes the window with it'),
  'Mod+F4': t('a browser closes the tab with it'),
  'Mod+Tab': t('a browser changes tabs with it'),
  'Mod+Shift+Tab': t('a browser changes tabs with it'),
  'Mod+PageUp': t('a browser changes tabs with it'),
  'Mod+PageDown': t('a browser changes tabs with it'),
  'Mod+Q': t('the browser is ended with it'),
};

const SYSTEM: Record<string, string> = {
  'Alt+F4': t('the system closes the window with it'),
  'Alt+Tab': t('the system changes windows with it'),
  'Alt+Shift+Tab': t('the system changes windows with it'),
};

const MAC: Record<string, string> = {
  'Mod+H': t('the system hides the window with it'),
  'Mod+M': t('the system puts the window away with it'),
  'Mod+Space': t('the system searches with it'),
  'Mod+Tab': t('the system changes windows with it'),
};

/** Who keeps a pattern for itself, and what for; null for one that reaches the page. */
export function reserved(pattern: string, apple = APPLE): { by: 'browser' | 'system'; says: string } | null {
  const system = (apple ? MAC : SYSTEM)[pattern];
  if (system) return { by: 'system', says: system };
  const browser = BROWSER[pattern];
  return browser ? { by: 'browser', says: browser } : null;
}

/** Keys that the page itself goes by: from element to element, and out of what is open. */
export const FIXED: readonly string[] = ['Tab', 'Shift+Tab', 'Escape'];
