/** The second window: shows what the window that is worked in has open, as it is there. */
import type { Command } from '../../shortcuts/table';
import { appearing } from '../appearance.svelte';
import type { Viewer } from '../viewer.svelte';
import type { Told } from './told';

/** waiting: nothing was heard yet; none: no photo is open there; gone: that window is closed. */
export type Following = 'waiting' | 'photo' | 'none' | 'unreadable' | 'gone';

export class Follower {
  state = $state<Following>('waiting');

  constructor(private readonly viewer: Pick<Viewer, 'id' | 'show' | 'redraw'>) {}

  hear({ photo, settings, appearance, gone }: Told): void {
    appearing.wear(appearance);
    if (gone) this.state = 'gone';
    else if (photo === null) this.state = 'none';
    else {
      this.state = 'photo';
      this.viewer.show(photo, settings);
    }
  }

  closed(): void {
    this.state = 'unreadable';
  }

  /** What the server tells every window. Changed settings come from the window that is followed. */
  happened(name: string, data: unknown): void {
    if (!['denoised', 'patch-made'].includes(name)) return;
    if ((data as { photo: string }).photo === this.viewer.id) this.viewer.redraw();
  }
}

/** What its keys do; the others are of the window that is worked in. */
export function secondCommands({ stage }: Viewer): Partial<Record<Command, () => void>> {
  return {
    zoom: () => stage.toggleZoom(),
    'zoom-in': () => stage.step(1),
    'zoom-out': () => stage.step(-1),
    'zoom-fit': () => stage.zoomTo('fit'),
    'zoom-100': () => stage.zoomTo(1),
    'full-screen': () =>
      void (document.fullscreenElement ? document.exitFullscreen() : document.body.requestFullscreen()),
    'second-window': () => window.close(),
  };
}
