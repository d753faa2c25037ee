/** The window that is worked in: opens a second window, and tells it what it shows. */
import { untrack } from 'svelte';
import { t } from '../../texts';
import { appearing } from '../appearance.svelte';
import type { App } from '../app.svelte';
import { HELLO, type Told, channelOf, ownName, secondUrl } from './told';

let second: Window | null = null;

/** Opens it, or closes it. */
export function toggleSecond(app: Pick<App, 'notices'>): void {
  if (second && !second.closed) {
    second.close();
    second = null;
    return;
  }
  const name = ownName();
  second = window.open(secondUrl(name), `stillbytes-second-${name}`, 'popup,width=1280,height=860');
  if (second) second.focus();
  else app.notices.error(t('The second window was blocked.'), t('Allow pop-up windows for this page in the browser.'));
}

/** For as long as the component that calls this is there. */
export function telling(app: Pick<App, 'editor'>): void {
  const now = (gone = false): Told => ({
    photo: app.editor.photo?.id ?? null,
    settings: $state.snapshot(app.editor.settings) as Told['settings'],
    appearance: appearing.current,
    gone,
  });
  $effect(() => {
    const channel = channelOf(ownName());
    const left = () => channel.postMessage(now(true));
    channel.onmessage = ({ data }) => {
      if (data === HELLO) channel.postMessage(untrack(now));
    };
    window.addEventListener('pagehide', left);
    $effect(() => channel.postMessage(now()));
    return () => {
      window.removeEventListener('pagehide', left);
      untrack(left);
      channel.close();
    };
  });
}
