/** From a key event to a command, and from a key's name to what is printed on the keyboard. */
import { type Command, type Mode, SHORTCUTS, type Shortcut } from './table';
import { t } from '../texts';

export interface Press {
  key: string;
  ctrlKey: boolean;
  metaKey: boolean;
  shiftKey: boolean;
  altKey: boolean;
}

export const APPLE = typeof navigator !== 'undefined' && /Mac|iPhone|iPad/.test(navigator.platform);

/** Keys that depend on the layout whether Shift is needed to type them: Shift is part of the character. */
function typed(key: string): boolean {
  return key.length === 1 && !/[a-z0-9]/i.test(key) && key !== ' ';
}

export function matches(pattern: string, press: Press, apple = APPLE): boolean {
  const plus = pattern.endsWith('++');
  const parts = plus ? [...pattern.slice(0, -2).split('+'), '+'] : pattern.split('+');
  const key = parts.pop() ?? '';
  const wants = new Set(parts);
  const mod = apple ? press.metaKey : press.ctrlKey;
  const other = apple ? press.ctrlKey : press.metaKey;
  if (other || mod !== wants.has('Mod') || press.altKey !== wants.has('Alt')) return false;
  if (!typed(key) && press.shiftKey !== wants.has('Shift')) return false;
  const pressed = press.key === ' ' ? 'Space' : press.key;
  return pressed.length === 1 ? pressed.toUpperCase() === key.toUpperCase() : pressed === key;
}

export function find(press: Press, mode: Mode, apple = APPLE): Command | null {
  const fits = ({ keys, during }: Shortcut) =>
    (!during || during === mode || during.includes(mode)) && keys.some((pattern) => matches(pattern, press, apple));
  return SHORTCUTS.find(fits)?.id ?? null;
}

/** What the focused element keeps for itself: text everywhere, arrows in controls, Space and Enter on buttons. A slider has no use for Space. */
export function keeps(target: EventTarget | null, press: Press): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (press.key === 'Escape') return false;
  const modified = press.ctrlKey || press.metaKey;
  const { tagName } = target;
  if (tagName === 'TEXTAREA' || target.isContentEditable || (tagName === 'INPUT' && isText(target))) return true;
  if (modified) return false;
  const moves = press.key.startsWith('Arrow') || press.key === 'Home' || press.key === 'End';
  if (tagName === 'SELECT') return true;
  if (tagName === 'INPUT') return moves || (press.key === ' ' && (target as HTMLInputElement).type !== 'range');
  if (moves) return target.closest('[data-arrows]') !== null;
  if (press.key === ' ' || press.key === 'Enter')
    return tagName === 'BUTTON' || tagName === 'SUMMARY' || tagName === 'A';
  return false;
}

function isText(target: HTMLElement): boolean {
  return !['range', 'checkbox', 'radio', 'button'].includes((target as HTMLInputElement).type);
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
  Home: t('Home'),
  End: t('End'),
  PageUp: t('PageUp'),
  PageDown: t('PageDown'),
};

/** The keys of a pattern as they are printed: ["Ctrl", "Shift", "Z"]. */
export function printed(pattern: string, apple = APPLE): string[] {
  const parts = pattern.endsWith('++') ? [...pattern.slice(0, -2).split('+'), '+'] : pattern.split('+');
  return parts.map((part) => {
    if (part === 'Mod') return apple ? '⌘' : t('Ctrl');
    if (part === 'Alt') return apple ? '⌥' : 'Alt';
    if (part === 'Shift') return apple ? '⇧' : t('Shift');
    return NAMES[part] ?? part;
  });
}

/** For tooltips: "Undo (Ctrl+Z)". */
export function hint(id: Command, apple = APPLE): string {
  const shortcut = SHORTCUTS.find((s) => s.id === id);
  const pattern = shortcut?.keys[0];
  return pattern ? keysOf(pattern, apple) : '';
}

/** A pattern for tooltips and menus: "Ctrl+Z". */
export function keysOf(pattern: string, apple = APPLE): string {
  return printed(pattern, apple).join(apple ? '' : '+');
}
