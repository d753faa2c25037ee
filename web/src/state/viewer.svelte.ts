/** A photo that is only looked at: developed live, beside what the page works on. Nothing of it is changed here. */
import type { Settings } from '../api/types';
import { equal } from '../develop/settings';
import { Live } from '../transport/live';
import { Editor } from './editor.svelte';
import { Stage } from './stage.svelte';

export interface ViewerLinks {
  /** It cannot be read. */
  onclosed: () => void;
  onfailed: (error: unknown) => void;
}

export class Viewer {
  readonly editor: Editor;
  readonly stage: Stage;
  private readonly live: Live;
  /** Settings that it is seen with instead of its own; null for its own. */
  private wanted: { id: string; settings: Settings } | null = null;

  constructor(links: ViewerLinks) {
    this.editor = new Editor({
      onchange: () => undefined, // nobody's hand is on it
      onopening: (id) => this.stage.opening(id),
      onphoto: (_, opened) => {
        if (opened) this.stage.opened();
        else this.stage.changed(false, null);
        this.dress();
      },
      onclosed: () => {
        this.stage.painter?.clear();
        this.stage.paint();
        links.onclosed();
      },
      onfailed: links.onfailed,
      onreachable: () => undefined,
    });
    this.stage = new Stage(this.editor, () => this.live);
    this.live = new Live({
      url: new URL('/live', location.href).href.replace(/^http/, 'ws'),
      onframe: (frame) => this.stage.received(frame),
      onerror: () => undefined, // what cannot be drawn stays as it was; the page that works on it tells why
      onstate: () => undefined,
    });
  }

  /** The photo that is shown, or on its way. */
  get id(): string | null {
    return this.editor.opening ?? this.editor.photo?.id ?? null;
  }

  /** settings: those it has in another window, which the server may not know yet. */
  show(id: string, settings: Settings | null = null): void {
    this.wanted = settings && { id, settings };
    if (id !== this.id) void this.editor.open(id);
    else this.dress();
  }

  /** Its settings were changed somewhere. */
  changed(): Promise<void> {
    return this.editor.refresh();
  }

  /** It looks different with the same settings. */
  redraw(): void {
    this.stage.changed(false, null);
  }

  close(): void {
    this.live.close();
  }

  private dress(): void {
    if (!this.wanted || this.wanted.id !== this.editor.photo?.id || this.editor.opening) return;
    if (equal(this.wanted.settings, this.editor.settings)) return;
    this.editor.settings = this.wanted.settings;
    this.stage.changed(true, null);
  }
}
