/** The page's state in one place, its connections to the server, and what each command does. */
import * as api from '../api';
import type { ExportRequest, Formats, FoundMask, Job, MadePatch, PatchPreview, Proposed, Settings } from '../api/types';
import { unfitInWords } from '../masks/unfit';
import type { Command } from '../shortcuts/table';
import { Events } from '../transport/events';
import { type LinkState, Live } from '../transport/live';
import { Refused } from '../transport/refused';
import { Asking } from './asking.svelte';
import { Cropping } from './cropping.svelte';
import { Editor } from './editor.svelte';
import { Engines } from './engines.svelte';
import { Jobs, finished } from './jobs.svelte';
import { Library } from './library.svelte';
import { Masking } from './masking.svelte';
import { Notices } from './notices.svelte';
import { Retouching } from './retouching.svelte';
import { Stage } from './stage.svelte';

export type Dialog = 'ask' | 'copy' | 'engines' | 'export' | 'help' | null;

export class App {
  readonly notices = new Notices();
  readonly library = new Library();
  readonly jobs = new Jobs();
  readonly engines = new Engines();
  readonly editor: Editor;
  readonly stage: Stage;
  readonly cropping: Cropping;
  readonly masking: Masking;
  readonly retouching: Retouching;
  readonly asking: Asking;
  readonly live: Live;
  readonly events: Events;

  dialog = $state<Dialog>(null);
  link = $state<LinkState>('connecting');
  reachable = $state(true);
  barred = $state(false);
  ready = $state(false);
  leftPanel = $state(true);
  rightPanel = $state(true);
  filmstrip = $state(true);
  lightsOut = $state(false);
  formats = $state.raw<Formats | null>(null);
  /** Settings to paste, and the groups they were taken from. */
  copied = $state.raw<{ settings: Settings; groups: string[]; from: string } | null>(null);

  constructor() {
    this.editor = new Editor({
      onchange: (draft, input) => this.stage.changed(draft, input),
      onopening: (id) => this.stage.opening(id),
      onphoto: (photo, opened) => {
        if (opened) {
          if (this.cropping.active) this.cropping.cancel();
          this.stage.opened();
        } else {
          if (this.cropping.active) this.cropping.reload();
          this.stage.changed(false, null);
        }
        this.retouching.looked(opened);
        if (photo.problem) this.notices.error(photo.problem);
        document.title = `${photo.name} – Stillbytes`;
      },
      onfailed: (error) => this.failed(error),
      onreachable: (reachable) => (this.reachable = reachable),
    });
    this.stage = new Stage(this.editor, () => this.live);
    this.cropping = new Cropping(this.editor, this.stage);
    this.masking = new Masking(this.editor, {
      onshow: () => this.stage.changed(false, null),
      onfailed: (error) => this.failed(error),
    });
    this.retouching = new Retouching(this.editor, {
      onjob: (job) => this.jobs.update(job),
      onshow: () => this.stage.changed(false, null),
      onfailed: (error) => this.failed(error),
    });
    this.asking = new Asking(this.editor, {
      local: () => this.masking.local,
      onjob: (job) => this.jobs.update(job),
      oncompare: () => this.stage.show('split'),
      onclose: () => (this.dialog = null),
      onfailed: (error) => this.failed(error),
    });
    this.stage.overlay = () => this.masking.shown;
    this.stage.onplaced = (affine) => (this.masking.affine = this.retouching.affine = affine);
    this.live = new Live({
      url: new URL('/live', location.href).href.replace(/^http/, 'ws'),
      onframe: (frame) => this.stage.received(frame),
      onerror: ({ error }) => this.notices.error(error.message, error.remedy),
      onstate: (state) => this.linked(state),
    });
    this.events = new Events({
      url: '/api/events',
      onevent: (name, data) => this.happened(name, data),
      onreturn: () => void this.catchUp(),
    });
  }

  async start(): Promise<void> {
    try {
      const [{ groups, local }] = await Promise.all([api.getParameters(), this.library.load()]);
      this.editor.groups = groups;
      this.masking.local = local;
      this.ready = true;
      const { active } = this.library.selection;
      if (active) await this.editor.open(active);
      this.formats = await api.getFormats();
      await this.jobs.load();
      await this.engines.look();
    } catch (error) {
      this.failed(error);
    }
  }

  failed(error: unknown): void {
    if (error instanceof Refused && (error.status === 401 || error.status === 403)) this.barred = true;
    else this.notices.failed(error);
  }

  private linked(state: LinkState): void {
    const returned = state === 'open' && this.link === 'lost';
    this.link = state;
    if (returned) void this.catchUp();
    if (state === 'lost') {
      // A refused socket tells nothing; a request says whether the page is still welcome.
      api.getJobs().then(undefined, (error: unknown) => {
        if (error instanceof Refused) this.failed(error);
      });
    }
  }

  private async catchUp(): Promise<void> {
    try {
      if (!this.ready) await this.start();
      else await Promise.all([this.library.load(), this.jobs.load(), this.editor.refresh(), this.engines.look()]);
    } catch (error) {
      if (error instanceof Refused) this.failed(error);
    }
  }

  private happened(name: string, data: unknown): void {
    if (name === 'job') this.worked(data as Job);
    else if (name === 'gpu') this.engines.heard(data);
    else if (name === 'mask-found') this.masking.searches.found(data as FoundMask);
    else if (name === 'proposed') this.asking.proposed(data as Proposed);
    else if (name === 'patch-made') this.retouching.made(data as MadePatch);
    else if (name === 'patch-preview') this.retouching.drawing.previewed(data as PatchPreview, this.retouching.photo);
    else if (name === 'folder-changed') void this.library.load().catch((error: unknown) => this.failed(error));
    else if (name === 'photo-changed') {
      const { id, edited } = data as { id: string; edited?: boolean };
      const known = this.library.photos.find((p) => p.id === id)?.edited ?? false;
      this.library.touched(id, edited ?? known);
      if (id === this.editor.photo?.id) void this.editor.refresh().catch((error: unknown) => this.failed(error));
    }
  }

  private worked(job: Job): void {
    this.jobs.update(job);
    const asked = this.asking.job?.id === job.id; // it tells by itself
    this.asking.worked(job);
    if (finished(job) && this.dialog === 'engines') void this.engines.load().catch((e: unknown) => this.failed(e));
    if (job.state === 'failed' || job.state === 'cancelled') this.masking.searches.gaveUp();
    if (job.state === 'failed' && !asked) this.notices.error(job.message || `${job.label} failed.`, job.remedy);
  }

  openActive(): void {
    const { active } = this.library.selection;
    if (!active || active === this.editor.photo?.id || active === this.editor.opening) return;
    this.cropping.apply();
    void this.editor.open(active);
  }

  async paste(): Promise<void> {
    const { copied } = this;
    const photos = this.library.selected;
    if (!copied || photos.length === 0) {
      this.notices.tell('Nothing is copied yet. Copy the settings of a photo first.');
      return;
    }
    this.editor.flush();
    const label = `Paste from ${copied.from}`;
    try {
      const pasted = await this.editor.queue.add(() => api.paste(copied.settings, copied.groups, photos, label));
      for (const id of photos) this.library.touched(id, true);
      await this.editor.refresh();
      this.notices.tell(`Pasted to ${photos.length === 1 ? '1 photo' : `${photos.length} photos`}.`);
      const unfit = unfitInWords(pasted.unfit);
      if (unfit) this.notices.error(unfit, 'Draw the mask there, or choose a picture of the same proportions.');
    } catch (error) {
      this.failed(error);
    }
  }

  async export(request: ExportRequest): Promise<void> {
    this.editor.flush();
    try {
      this.jobs.update(await this.editor.queue.add(() => api.startExport(request)));
    } catch (error) {
      this.failed(error);
    }
  }

  private toggleBlackAndWhite(): void {
    const p = this.editor.byName.get('black_and_white');
    if (!p) return;
    this.editor.change(p, this.editor.settings[p.name] !== true, null, false);
    this.editor.commitParameter(p);
  }

  private step(by: number): void {
    this.library.step(by);
    this.openActive();
  }

  turn(by: 90 | -90): void {
    if (this.cropping.active) this.cropping.turn(by);
    else this.editor.turn(by);
  }

  private resize(by: number): void {
    if (this.retouching.active) this.retouching.resize(by);
    else this.masking.resizeBrush(by);
  }

  private cancel(): void {
    if (this.cropping.active) this.cropping.cancel();
    else if (this.masking.active) this.masking.toggle();
    else if (this.retouching.active) this.retouching.toggle();
    else if (this.stage.picking) this.stage.picking = false;
    else if (this.stage.compare !== 'after') this.stage.show('after');
    else if (this.lightsOut) this.lightsOut = false;
    // Lets go of a slider, so that the arrow keys go through the photos again.
    else if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
  }

  private readonly commands: Record<Command, () => void> = {
    next: () => this.step(1),
    previous: () => this.step(-1),
    first: () => this.step(-this.library.ids.length),
    last: () => this.step(this.library.ids.length),
    'select-all': () => this.library.selectAll(),
    zoom: () => this.stage.toggleZoom(),
    'zoom-in': () => this.stage.step(1),
    'zoom-out': () => this.stage.step(-1),
    'zoom-fit': () => this.stage.zoomTo('fit'),
    'zoom-100': () => this.stage.zoomTo(1),
    before: () => this.stage.show(this.stage.compare === 'before' ? 'after' : 'before'),
    split: () => this.stage.show(this.stage.compare === 'split' ? 'after' : 'split'),
    clipping: () => this.stage.toggleClipping('both'),
    'left-panel': () => (this.leftPanel = !this.leftPanel),
    'right-panel': () => (this.rightPanel = !this.rightPanel),
    filmstrip: () => (this.filmstrip = !this.filmstrip),
    lights: () => (this.lightsOut = !this.lightsOut),
    'white-balance': () => (this.stage.picking = !this.stage.picking),
    'black-and-white': () => this.toggleBlackAndWhite(),
    reset: () => this.editor.resetAll(),
    'rotate-left': () => this.turn(-90),
    'rotate-right': () => this.turn(90),
    crop: () => {
      if (this.masking.active) this.masking.toggle();
      if (this.retouching.active) this.retouching.toggle();
      this.cropping.toggle();
    },
    masks: () => {
      this.cropping.apply();
      if (this.retouching.active) this.retouching.toggle();
      this.masking.toggle();
    },
    retouch: () => {
      this.cropping.apply();
      if (this.masking.active) this.masking.toggle();
      this.retouching.toggle();
    },
    'mask-overlay': () => this.masking.toggleOverlay(),
    'brush-smaller': () => this.resize(1 / 1.2),
    'brush-larger': () => this.resize(1.2),
    'crop-swap': () => this.cropping.swap(),
    'crop-overlay': () => this.cropping.nextGuide(),
    commit: () => this.cropping.apply(),
    cancel: () => this.cancel(),
    undo: () => this.editor.undo(),
    redo: () => this.editor.redo(),
    ask: () => {
      this.cropping.apply();
      if (this.asking.open()) this.dialog = 'ask';
    },
    copy: () => (this.dialog = 'copy'),
    paste: () => void this.paste(),
    export: () => (this.dialog = 'export'),
    engines: () => (this.dialog = 'engines'),
    help: () => (this.dialog = 'help'),
  };

  run(command: Command): void {
    this.commands[command]();
  }
}
