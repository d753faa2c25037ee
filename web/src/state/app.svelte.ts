/** The page's state in one place, its connections to the server, and what each command does. */
import * as api from '../api';
import type { ExportRequest, Formats, Job, PhotoEntry, Settings } from '../api/types';
import { titled } from '../library/versions';
import type { Command, Mode as Front } from '../shortcuts/table';
import { Events } from '../transport/events';
import { type LinkState, Live } from '../transport/live';
import { Refused } from '../transport/refused';
import { Asking } from './asking/asking.svelte';
import { Chat } from './asking/chat.svelte';
import { Shelf, type Mode } from './catalogue/shelf.svelte';
import { runner } from './commands';
import { Cropping } from './crop/cropping.svelte';
import type { Dialog } from './dialog';
import { Editor } from './editor.svelte';
import { Engines, type EngineTab } from './engines.svelte';
import { happened } from './happened';
import { Importing } from './importing/importing.svelte';
import { Jobs, finished } from './jobs.svelte';
import { Library } from './library.svelte';
import { CameraProfiles } from './camera-profiles.svelte';
import { Luts } from './luts.svelte';
import { Masking } from './masks/masking.svelte';
import { Notices } from './notices.svelte';
import { Presets } from './presets.svelte';
import { Proofing } from './proofing.svelte';
import { Reference } from './reference.svelte';
import { Guiding } from './crop/guiding.svelte';
import { Retouching } from './retouch/retouching.svelte';
import { Shortcuts } from './shortcuts.svelte';
import { Stage } from './stage.svelte';
import { Targeting } from './targeting.svelte';
import { Versions } from './versions.svelte';
import { t } from '../texts';

export class App {
  readonly notices = new Notices();
  readonly library = new Library();
  readonly shelf: Shelf;
  readonly jobs = new Jobs();
  readonly engines = new Engines();
  readonly editor: Editor;
  readonly stage: Stage;
  readonly proofing: Proofing;
  readonly reference = new Reference((error) => this.failed(error));
  readonly cropping: Cropping;
  readonly guiding: Guiding;
  readonly targeting: Targeting;
  readonly presets: Presets;
  readonly versions: Versions;
  readonly luts: Luts;
  readonly cameraProfiles: CameraProfiles;
  readonly masking: Masking;
  readonly retouching: Retouching;
  readonly importing: Importing;
  readonly shortcuts: Shortcuts;
  readonly asking: Asking;
  readonly chat: Chat;
  readonly live: Live;
  readonly events: Events;
  readonly run: (command: Command) => void;

  dialog = $state<Dialog>(null);
  link = $state<LinkState>('connecting');
  reachable = $state(true);
  barred = $state(false);
  ready = $state(false);
  /** Whether the library is in front. */
  shelved = $state(false);
  leftPanel = $state(true);
  rightPanel = $state(true);
  filmstrip = $state(true);
  lightsOut = $state(false);
  formats = $state.raw<Formats | null>(null);
  /** What the export dialog begins with. */
  wanted: { format?: string | undefined; size?: number | undefined } = {};
  /** Settings to paste, and the groups they were taken from. */
  copied = $state.raw<{ settings: Settings; groups: string[]; from: string } | null>(null);

  constructor() {
    const failed = (error: unknown) => this.failed(error);
    const show = () => this.stage.changed(false, null);
    const onjob = (job: Job) => this.jobs.update(job);
    const ontold = (message: string) => this.notices.tell(message);
    this.shelf = new Shelf({
      ontold,
      onproblem: (message, remedy) => this.notices.error(message, remedy),
      onjob,
      onfailed: failed,
      onreachable: (reachable) => (this.reachable = reachable),
    });
    this.importing = new Importing({ onjob, job: (id) => this.jobs.list.find((j) => j.id === id), onfailed: failed });
    this.run = runner(this);
    this.shortcuts = new Shortcuts(failed);
    this.editor = new Editor({
      onchange: (draft, input) => this.stage.changed(draft, input),
      onopening: (id) => {
        this.notices.leave();
        this.chat.opening();
        this.stage.opening(id);
      },
      onphoto: (photo, opened) => {
        if (opened) {
          this.notices.leave(); // what the one before told meanwhile goes, too
          this.guiding.end();
          if (this.cropping.active) this.cropping.cancel();
          this.chat.load();
          this.stage.opened();
          this.versions.opened();
        } else {
          if (this.cropping.active) this.cropping.reload();
          this.stage.changed(false, null);
        }
        this.retouching.looked(opened);
        if (photo.problem) this.notices.error(photo.problem);
        document.title = t(`${titled(photo)} – Stillbytes`);
      },
      onclosed: () => {
        if (this.cropping.active) this.cropping.cancel();
        this.stage.scopes.clear();
        this.stage.paint();
        document.title = 'Stillbytes';
      },
      onfailed: failed,
      onreachable: (reachable) => (this.reachable = reachable),
    });
    this.stage = new Stage(this.editor, () => this.live);
    this.proofing = new Proofing({ onshow: show, onfailed: failed });
    this.cropping = new Cropping(this.editor, this.stage);
    this.guiding = new Guiding(this.editor);
    this.targeting = new Targeting(this.editor, { ontold, onfailed: failed });
    this.presets = new Presets(this.editor, this.stage, this.notices, failed);
    this.versions = new Versions(this.editor, this.notices, {
      onshow: (version) => this.showVersion(version),
      onasked: () => (this.dialog = 'version'),
      onfailed: failed,
    });
    this.luts = new Luts(this.notices, failed);
    this.cameraProfiles = new CameraProfiles(this.notices, failed);
    this.masking = new Masking(this.editor, { onshow: show, onfailed: failed });
    const onswitched = () => this.library.redrawn().forEach((id) => this.shelf.redrawn(id));
    this.retouching = new Retouching(this.editor, { onjob, onshow: show, onswitched, ontold, onfailed: failed });
    this.asking = new Asking(this.editor, {
      local: () => this.masking.local,
      onjob,
      oncompare: () => this.stage.show('split'),
      onexport: (format, size) => {
        this.wanted = { format, size };
        this.dialog = 'export';
      },
      selected: () => this.library.selected,
      stays: () => this.chat.open,
      onclose: () => (this.dialog = null),
      onfailed: failed,
    });
    this.chat = new Chat(this.editor, this.asking, failed);
    this.stage.overlay = () => this.masking.shown;
    this.stage.proof = () => this.proofing.wish;
    this.live = new Live({
      url: new URL('/live', location.href).href.replace(/^http/, 'ws'),
      onframe: (frame) => this.stage.received(frame),
      onerror: ({ error }) => this.notices.error(error.message, error.remedy),
      onstate: (state) => this.linked(state),
    });
    this.events = new Events({
      url: '/api/events',
      onevent: (name, data) => happened(this, name, data),
      onreturn: () => void this.catchUp(),
    });
  }

  /** What hears the keys. */
  get front(): Front {
    return this.shelved ? 'library' : this.cropping.active ? 'crop' : 'develop';
  }

  async start(): Promise<void> {
    void this.shortcuts.load();
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
      for (const job of this.jobs.list) [this.asking, this.retouching].forEach((one) => one.worked(job));
      void this.shortcuts.load();
      this.shelf.heard(null);
    } catch (error) {
      if (error instanceof Refused) this.failed(error);
    }
  }

  worked(job: Job): void {
    this.jobs.update(job);
    const asked = this.asking.job?.id === job.id; // it tells by itself
    this.asking.worked(job);
    this.retouching.worked(job);
    if (finished(job) && this.dialog === 'engines') void this.engines.load().catch((e: unknown) => this.failed(e));
    if (job.state === 'failed' || job.state === 'cancelled') this.masking.searches.gaveUp();
    if (job.state === 'failed' && !asked) this.notices.error(job.message || t(`${job.label} failed.`), job.remedy);
  }

  openActive(): void {
    const active = this.library.active?.id;
    if (!active || active === this.editor.photo?.id || active === this.editor.opening) return;
    this.cropping.apply();
    void this.editor.open(active);
  }

  /** Another version of a photo of the folder, or of the library where that is worked on. */
  private async showVersion(version: PhotoEntry): Promise<void> {
    await this.library.load();
    if (this.library.borrowed) this.library.borrowed = { active: version, selected: [version.id] };
    else this.library.choose(version.id);
    this.openActive();
  }

  /** AI on this machine. sought: of which models. */
  showEngines(tab: EngineTab, sought = ''): void {
    Object.assign(this.engines, { tab, sought });
    this.dialog = 'engines';
  }

  showLibrary(mode: Mode): void {
    this.cropping.apply();
    this.editor.flush();
    if (this.asking.shown) this.asking.discard();
    this.shelved = true;
    void this.shelf.enter(mode);
  }

  /** The photos chosen in the library become those that are worked on. */
  async borrowed(): Promise<void> {
    const number = this.shelf.picks.active;
    if (number === null) return;
    try {
      const [[active], chosen] = await Promise.all([this.shelf.listing.all([number]), this.shelf.chosen()]);
      if (!active || number !== this.shelf.picks.active) return; // a later step has overtaken it
      this.library.borrowed = { active, selected: chosen.map(({ id }) => id) };
    } catch (error) {
      this.failed(error);
    }
  }

  borrow(): void {
    void this.borrowed().then(() => this.openActive());
  }

  /** The active photo of the library, or the one that was open before. */
  async develop(): Promise<void> {
    if (this.shelved) await this.borrowed();
    this.shelved = false;
    this.openActive();
  }

  /** Back to the photos of the opened folder. */
  giveBack(): void {
    this.library.borrowed = null;
    this.openActive();
  }

  async export(request: ExportRequest): Promise<void> {
    this.editor.flush();
    try {
      this.jobs.update(await this.editor.queue.add(() => api.startExport(request)));
    } catch (error) {
      this.failed(error);
    }
  }
}
