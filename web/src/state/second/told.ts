/** What the window that is worked in tells its second window, and how they find each other. */
import type { Settings } from '../../api/types';
import type { Appearance } from '../appearance.svelte';

export interface Told {
  /** The open photo; null for none. */
  photo: string | null;
  /** As they are seen now, stored or not. */
  settings: Settings;
  appearance: Appearance;
  /** The window is being left. */
  gone: boolean;
}

/** What the second window says once it hears. */
export const HELLO = 'hello';

const NAME = 'stillbytes.window';

/** The name of this window, the same when it is loaded again. */
export function ownName(): string {
  const known = sessionStorage.getItem(NAME);
  if (known) return known;
  const name = Math.random().toString(36).slice(2);
  sessionStorage.setItem(NAME, name);
  return name;
}

/** The window whose second one this is; null for one that is worked in. */
export function followed(search = location.search): string | null {
  const asked = new URLSearchParams(search);
  return asked.get('window') === 'second' ? (asked.get('of') ?? '') : null;
}

/** The page that follows the window of this name. */
export function secondUrl(name: string): string {
  return `/?${new URLSearchParams({ window: 'second', of: name })}`;
}

export function channelOf(name: string): BroadcastChannel {
  return new BroadcastChannel(`stillbytes.second.${name}`);
}
