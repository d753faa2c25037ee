/** What the server's events mean for the page. */
import type { Carrying, Doing, FoundMask, Job, Proposed, Shortcuts } from '../api/types';
import type { EventName } from '../transport/events';
import type { App } from './app.svelte';
import { leave, placeOpened } from './window';

interface Changed {
  id: string;
  edited?: boolean;
}

export function happened(app: App, name: string, data: unknown): void {
  meanings[name as EventName]?.(app, data);
}

const meanings: Record<EventName, (app: App, data: unknown) => void> = {
  job: (app, data) => app.worked(data as Job),
  gpu: (app, data) => app.engines.heard(data),
  'mask-found': (app, data) => app.masking.searches.found(data as FoundMask),
  asking: (app, data) => app.asking.told(data as Doing),
  carrying: (app, data) => app.asking.plan.carried(data as Carrying),
  proposed: (app, data) => app.asking.proposed(data as Proposed),
  'chat-changed': (app, data) => app.chat.changed((data as Changed).id),
  denoised: (app, data) => {
    const { photo } = data as { photo: string };
    app.reference.changed(photo, true);
    if (photo === app.editor.photo?.id) app.stage.changed(false, null);
  },
  'device-failed': (app, data) => {
    warned(app, data);
    app.engines.loadDrawing().catch((error: unknown) => app.failed(error));
  },
  'patch-made': (app, data) => {
    app.reference.changed((data as { photo: string }).photo, true);
    app.retouching.happened('patch-made', data);
  },
  'patch-preview': (app, data) => app.retouching.happened('patch-preview', data),
  'picture-made': (app, data) => app.retouching.happened('picture-made', data),
  'library-changed': (app, data) => app.shelf.heard((data as { photos: number[] | null }).photos),
  'shortcuts-changed': (app, data) => app.shortcuts.told(data as Shortcuts),
  'folder-changed': (app) => void listed(app).catch((error: unknown) => app.failed(error)),
  'photo-changed': (app, data) => changed(app, data as Changed),
  'place-opened': (app) => void placeOpened(app).catch((error: unknown) => app.failed(error)),
  'place-refused': (app, data) => warned(app, data),
  leaving: (app) => void leave(app).catch((error: unknown) => app.failed(error)),
};

function warned(app: App, data: unknown): void {
  const { message, remedy } = data as { message: string; remedy: string };
  app.notices.error(message, remedy);
}

/** Photos or versions came or went: one that is open and is not there any more makes room. */
async function listed(app: App): Promise<void> {
  await app.library.load();
  if (!app.library.borrowed && !app.shelved) app.openActive();
  await app.versions.look();
}

function changed(app: App, { id, edited }: Changed): void {
  const known = app.library.photos.find((p) => p.id === id)?.edited ?? false;
  app.library.touched(id, edited ?? known);
  app.chat.edited(id);
  app.shelf.redrawn(id);
  app.reference.changed(id);
  if (id === app.editor.photo?.id) void app.editor.refresh().catch((error: unknown) => app.failed(error));
}
