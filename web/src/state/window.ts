/** What happens to the window around the page: other places are opened in it, it fills the screen, it closes. */
import * as api from '../api/window';
import type { App } from './app.svelte';

/** All that a hand has begun is sent and answered. */
export async function settle(app: App): Promise<void> {
  app.cropping.apply();
  app.editor.flush();
  await app.editor.queue.add(() => Promise.resolve()); // after all that waits there
}

/** Another start of the program handed over what it was to open. */
export async function placeOpened(app: App): Promise<void> {
  app.cropping.apply();
  if (app.asking.shown) app.asking.discard();
  app.editor.flush();
  await app.library.arrive();
  app.shelved = false;
  window.focus();
  app.openActive();
}

/** Our window is about to close: everything is sent first. */
export async function leave(app: App): Promise<void> {
  await settle(app);
  await api.leftWindow();
}

/** A browser's window is about to close: what the server has not answered yet would be lost. */
export function closing(app: App, event: BeforeUnloadEvent): void {
  app.editor.flush();
  if (app.editor.queue.length > 0) event.preventDefault(); // the browser asks whether to stay
}

/** A window of ours fills the screen by itself; in a browser the page does. */
export async function fullScreen(app: App): Promise<void> {
  try {
    if ((await api.getWindow()).own) await api.toggleFullScreen();
    else if (document.fullscreenElement) await document.exitFullscreen();
    else await document.documentElement.requestFullscreen();
  } catch (error) {
    app.failed(error);
  }
}
