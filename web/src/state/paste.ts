import * as api from '../api';
import { unfitInWords } from '../masks/unfit';
import type { App } from './app.svelte';
import { plural, t } from '../texts';

/** Puts the copied settings into all selected photos. */
export async function paste(app: App): Promise<void> {
  const { copied } = app;
  const photos = app.library.selected;
  if (!copied || photos.length === 0) {
    app.notices.tell(t('Nothing is copied yet. Copy the settings of a photo first.'));
    return;
  }
  app.editor.flush();
  const label = t(`Paste from ${copied.from}`);
  try {
    const pasted = await app.editor.queue.add(() => api.paste(copied.settings, copied.groups, photos, label));
    for (const id of photos) app.library.touched(id, true);
    await app.editor.refresh();
    app.notices.tell(plural(photos.length, ['Pasted to # photo.', 'Pasted to # photos.']));
    const unfit = unfitInWords(pasted.unfit);
    if (unfit) app.notices.error(unfit, t('Draw the mask there, or choose a picture of the same proportions.'));
  } catch (error) {
    app.failed(error);
  }
}
