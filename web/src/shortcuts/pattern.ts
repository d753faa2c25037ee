/**
 * A combination of keys as it is declared and kept: "Mod+Shift+Z", by what a key types and not by its place, so that
 * each layout has its own. Mod is Ctrl, and Command on a Mac.
 */
import { t } from '../texts';

export interface Press {
  key: string;
  /** The place of the key, where what it types is of no use. */
  code?: string;
  ctrlKey: boolean;
  metaKey: boolean;
  shiftKey: boolean;
  altKey: boolean;
  getModifierState?: (name: string) => boolean;
}

export const APPLE = typeof navigator !== 'undefined' && /Mac|iPhone|iPad/.test(navigator.platform);

const MODIFIERS = ['Mod', 'Alt', 'Shift'] as const;
const NAMED =
  /^(Arrow(Left|Right|Up|Down)|Backspace|Delete|End|Enter|Escape|F([1-9]|1\d|2[0-4])|Home|Insert|Page(Up|Down)|Space|Tab)$/;

function split(pattern: string): string[] {
  return pattern.endsWith('++')
    ? [...pattern.slice(0, -2).split('+'), '+']
    : pattern === '+'
      ? ['+']
      : pattern.split('+');
}

/** Keys that depend on the layout whether Shift is needed to type them: Shift is part of the character. */
function sign(key: string): boolean {
  return key.length === 1 && !/\p{L}/u.test(key);
}

/** In the one way that it is written; null for what is no combination. */
export function written(pattern: string): string | null {
  const parts = split(pattern);
  const key = parts.pop() ?? '';
  const one = [...key].length === 1 && key.trim() === key && key !== '';
  if ((!one && !NAMED.test(key)) || new Set(parts).size < parts.length) return null;
  if (!parts.every((part) => (MODIFIERS as readonly string[]).includes(part))) return null;
  if (sign(key) && parts.includes('Shift')) return null;
  return join(parts, key);
}

function join(modifiers: readonly string[], key: string): string {
  const capital = key.toUpperCase();
  const named = key.length === 1 && capital.length === 1 ? capital : key;
  return [...MODIFIERS.filter((one) => modifiers.includes(one)), named].join('+');
}

/** The combination that is pressed; null for one that is none yet, as Shift alone or an accent that waits for its letter. */
export function pressed(press: Press, apple = APPLE): string | null {
  const { shiftKey, metaKey } = press;
  let { ctrlKey, altKey } = press;
  const key = keyOf(press, apple);
  if (!key) return null;
  if (sign(key) && press.key === key) {
    // AltGr, which Windows tells as Ctrl and Alt, and ⌥ on a Mac are how some layouts type the sign.
    if (press.getModifierState?.('AltGraph')) [ctrlKey, altKey] = [ctrlKey && !altKey, false];
    else if (apple && altKey) altKey = false;
  }
  if (apple ? ctrlKey : metaKey) return null;
  const modifiers = [
    ...((apple ? metaKey : ctrlKey) ? ['Mod'] : []),
    ...(altKey ? ['Alt'] : []),
    ...(shiftKey && !sign(key) ? ['Shift'] : []),
  ];
  return join(modifiers, key);
}

function keyOf({ key, code = '', altKey, metaKey }: Press, apple: boolean): string | null {
  const place = /^(?:Key|Digit)([A-Z0-9])$/.exec(code)?.[1];
  const single = [...key].length === 1;
  if (key === ' ' || key === '\u00a0') return 'Space';
  // ⌥ types what nobody knows, and letters of other scripts are on keys that have a Latin one as well.
  const odd = single && apple && altKey && (metaKey || !/[!-~]/.test(key));
  if (place && (odd || (single && /\p{L}/u.test(key) && !/\p{Script=Latin}/u.test(key)))) return place;
  if (place && key === 'Dead' && altKey) return place;
  return single || NAMED.test(key) ? key : null;
}

export function matches(pattern: string, press: Press, apple = APPLE): boolean {
  return pressed(press, apple) === written(pattern);
}

const NAMES: Record<string, string> = {
  ArrowRight: '→',
  ArrowLeft: '←',
  ArrowUp: '↑',
  ArrowDown: '↓',
  Escape: 'Esc',
  Enter: t('Enter'),
  Space: t('Space'),
  Delete: t('Del'),
  Insert: t('Ins'),
  Backspace: t('Backspace'),
  Home: t('Home'),
  End: t('End'),
  PageUp: t('PageUp'),
  PageDown: t('PageDown'),
};

/** The keys of a pattern as they are printed: ["Ctrl", "Shift", "Z"]. */
export function printed(pattern: string, apple = APPLE): string[] {
  return split(pattern).map((part) => {
    if (part === 'Mod') return apple ? '⌘' : t('Ctrl');
    if (part === 'Alt') return apple ? '⌥' : 'Alt';
    if (part === 'Shift') return apple ? '⇧' : t('Shift');
    return NAMES[part] ?? part;
  });
}

/** A pattern for tooltips and menus: "Ctrl+Z". */
export function keysOf(pattern: string, apple = APPLE): string {
  return printed(pattern, apple).join(apple ? '' : '+');
}

/** A pattern as `aria-keyshortcuts` wants it. */
export function spoken(pattern: string, apple = APPLE): string {
  return split(pattern)
    .map((part) => (part === 'Mod' ? (apple ? 'Meta' : 'Control') : part === '+' ? 'Plus' : part))
    .join('+');
}
