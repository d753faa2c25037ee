/** What the focused element keeps for itself. */
import type { Press } from './pattern';

/** Text everywhere, arrows in controls, Space and Enter on buttons. A slider has no use for Space. */
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
