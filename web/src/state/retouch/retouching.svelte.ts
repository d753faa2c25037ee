/** The retouching tool: spots that are placed and moved, what is painted to be removed, and the photo's patches. */
import * as api from '../../api';
import type {
  Adjustment,
  Job,
  MadePatch,
  MadePicture,
  Patch,
  PatchPreview,
  PatchState,
  Photo,
  Task,
} from '../../api/types';
import { type Spot, LEAST, MOST, parametersOf, sized, sourceOf, spotOf, withSpot } from '../../retouch/spot';
import { type Asked, Drawing } from './drawing.svelte';
import type { Editor } from '../editor.svelte';
import { brushed, Painted } from './painted.svelte';
import { Pile } from './pile.svelte';
import { t } from '../../texts';

export interface RetouchingLinks {
  /** Returns the job as it is known by then. */
  onjob: (job: Job) => Job;
  /** What is shown changed without the settings: ask for a frame. */
  onshow: () => void;
  /** Pixels of models came or went: in every photo that is edited. */
  onswitched: () => void;
  ontold: (message: string) => void;
  onfailed: (error: unknown) => void;
}

/** Photos that go into a task beside the one that is looked at, by their ids. */
export type Given = Partial<Record<'picture' | 'reference', string | null>>;

export class Retouching extends Pile {
  active = $state(false);
  tasks = $state.raw<Task[]>([]);
  /** Why workflows of one's own cannot be used. */
  problems = $state.raw<readonly { message: string; remedy: string }[]>([]);
  /** Whether pixels of models are shown and made. */
  generated = $state(true);
  name = $state('heal');
  /** Of a task's form, by its name. */
  values = $state<Record<string, Record<string, unknown>>>({});
  /** Photos that a task is given, by its name. */
  given = $state<Record<string, Given>>({});
  /** Radius of the next spot or stroke. */
  size = $state(0.012);
  feather = $state(35);
  states = $state.raw<ReadonlyMap<string, PatchState>>(new Map());
  /** A spot that is on its way to the server. */
  coming = $state.raw<Spot | null>(null);

  readonly drawing = new Drawing(() => this.asked());
  readonly painted = new Painted();

  offered = $derived(this.tasks.filter((t) => this.generated || !t.generated));
  retouches = $derived(this.offered.filter((t) => t.makes !== 'picture'));
  creates = $derived(this.offered.filter((t) => t.makes === 'picture'));
  task = $derived(this.offered.find((t) => t.name === this.name) ?? this.offered[0] ?? null);
  spots = $derived(
    this.patches.flatMap((patch) => {
      const spot = spotOf(patch, this.states.get(patch.id));
      return spot ? [{ patch, spot }] : [];
    }),
  );

  constructor(
    editor: Editor,
    private readonly links: RetouchingLinks,
  ) {
    super(editor);
  }

  get photo(): string | null {
    return this.editor.photo?.id ?? null;
  }

  get longEdge(): number {
    return Math.max(this.editor.frame.width, this.editor.frame.height);
  }

  toggle(): void {
    this.active = !this.active && this.editor.photo !== null;
    if (this.active) void this.load();
  }

  /** The photo, or what the server says of it, is another. */
  looked(opened: boolean): void {
    if (opened) {
      this.painted.look(this.photo);
      this.chosen = null;
      this.states = new Map();
    }
    if (this.active) void this.look();
  }

  async load(): Promise<void> {
    try {
      const { tasks, problems, generated } = await api.getTasks();
      this.tasks = tasks;
      this.problems = problems;
      this.generated = generated;
    } catch (error) {
      this.links.onfailed(error);
    }
    await this.look();
  }

  /** What only the server knows: which pixels are gone, where sources are. */
  async look(): Promise<void> {
    const { photo } = this;
    if (!photo) return;
    try {
      const states = this.patches.length ? await api.getPatches(photo) : [];
      if (photo === this.photo) this.states = new Map(states.map((s) => [s.id, s]));
    } catch (error) {
      this.links.onfailed(error);
    }
  }

  lost(patch: Patch): boolean {
    return this.states.get(patch.id)?.lost ?? false;
  }

  async switchGenerated(on: boolean): Promise<void> {
    try {
      this.generated = (await api.switchGenerated(on)).generated;
      this.links.onshow();
      this.links.onswitched();
    } catch (error) {
      this.links.onfailed(error);
    }
  }

  // Spots

  /** Heals or clones there; in place of a patch that is a spot already. */
  async place(spot: Spot, patch: Patch | null = null): Promise<void> {
    const task = patch?.task ?? this.task?.name;
    if (!task) return;
    const parameters = { ...parametersOf(spot), ...sourceOf(spot) };
    let made: string | null = null;
    if (!patch) this.coming = spot;
    await this.editor.follow(async (id) => {
      const answer = await api.makePatch(id, { task, patch: patch?.id ?? null, parameters });
      made = answer.patch;
      return answer.photo as Photo;
    });
    this.coming = null;
    if (made) this.chosen = made;
  }

  /** While a hand moves it, it is shown where it is. */
  drag(patch: Patch, spot: Spot): void {
    this.show(withSpot(patch, spot, this.longEdge));
  }

  /** The hand let go. A source that was looked for is looked for again where the spot is now. */
  drop(patch: Patch, spot: Spot, label: string): void {
    this.drag(patch, spot);
    if (spot.found) void this.place(spot, patch);
    else this.editor.commit(`${patch.name}: ${label}`);
  }

  /** A step by key or wheel; more may follow. */
  nudge(patch: Patch, spot: Spot, label: string): void {
    this.drag(patch, spot);
    this.editor.commitLater(`${patch.name}: ${label}`);
  }

  resize(by: number): void {
    const { current } = this;
    const spot = current && spotOf(current, this.states.get(current.id));
    if (current && spot) this.nudge(current, sized(spot, by), 'size');
    else this.size = Math.min(MOST, Math.max(LEAST, this.size * by));
  }

  // What a mask covers

  paint(trail: [number, number, number][], begun: boolean): void {
    this.painted.paint(trail, this.size, begun);
  }

  /** Whether everything is there that the task needs. */
  get ready(): boolean {
    return this.task?.takes === 'photo' || this.painted.strokes.length > 0;
  }

  /** What the chosen task would be asked now. */
  private asked(): Asked | null {
    const { photo, task } = this;
    if (!photo || !task || task.takes === 'spot' || !this.ready) return null;
    const parameters = $state.snapshot(this.values[task.name] ?? {});
    const given = $state.snapshot(this.given[task.name] ?? {});
    const mask = task.takes === 'mask' ? brushed(this.painted.strokes) : null;
    return { photo, request: { task: task.name, parameters, mask, ...given } };
  }

  /** Fills what the crop has beyond the photo. */
  async expand(): Promise<void> {
    await this.start({}, 'expand');
  }

  /** Runs the task over what was painted, or over the photo. */
  async run(): Promise<void> {
    const { photo } = this;
    const { strokes } = this.painted;
    if (this.task?.takes === 'photo') {
      await this.start({});
      return;
    }
    if (strokes.length === 0) return;
    const job = await this.start({ mask: brushed(strokes) });
    if (photo && job) this.painted.give(photo, strokes, job);
    this.drawing.foresee();
  }

  /** A job ended or goes on. */
  worked(job: Job): void {
    const back = this.painted.worked(job);
    // What was not known of the time may be by now.
    const known = job.state !== 'done' || !this.drawing.forecast || Boolean(this.drawing.forecast.seconds);
    if (back || !known) this.drawing.foresee();
  }

  /** The same over a mask that there is. */
  async runOver(adjustment: Adjustment): Promise<void> {
    await this.start({ mask: adjustment.mask });
  }

  /** Makes a patch anew from what it was made from. */
  async again(patch: Patch, changes: Record<string, unknown> = {}): Promise<void> {
    const spot = spotOf(patch, this.states.get(patch.id));
    if (spot) await this.place({ ...spot, found: true }, patch);
    else await this.start({ patch: patch.id, parameters: changes }, patch.task);
  }

  private async start(
    more: { mask?: Record<string, unknown>; patch?: string; parameters?: Record<string, unknown> },
    task = this.task?.name,
  ): Promise<Job | null> {
    this.drawing.picture = '';
    const { photo } = this;
    if (!photo || !task) return null;
    this.editor.flush();
    const parameters = $state.snapshot(this.values[task] ?? {});
    // What is made again is like what it was like.
    const given = more.patch ? {} : $state.snapshot(this.given[task] ?? {});
    try {
      const { job } = await this.editor.queue.add(() => api.makePatch(photo, { task, parameters, ...given, ...more }));
      return job ? this.links.onjob(job) : null;
    } catch (error) {
      this.links.onfailed(error);
      return null;
    }
  }

  say(task: string, name: string, value: unknown): void {
    this.values[task] = { ...this.values[task], [name]: value };
    this.drawing.foresee();
  }

  give(task: string, given: Given): void {
    this.given[task] = { ...this.given[task], ...given };
    this.drawing.foresee();
  }

  happened(name: 'patch-made' | 'patch-preview' | 'picture-made', data: unknown): void {
    if (name === 'patch-made') this.made(data as MadePatch);
    else if (name === 'patch-preview') this.drawing.previewed(data as PatchPreview, this.photo);
    else this.created(data as MadePicture);
  }

  /** A new picture lies in the folder. */
  private created({ photo, name }: MadePicture): void {
    if (photo === this.photo) this.drawing.picture = '';
    this.links.ontold(t(`${name} is in the filmstrip.`));
  }

  /** The server put a patch into the settings: what this page has not stored yet must not drop it. */
  private made({ photo, patch }: MadePatch): void {
    if (photo !== this.photo) return;
    this.drawing.picture = '';
    this.chosen = patch.id;
    if (!this.editor.unsaved) {
      // Made again it may be the same, so that the settings do not tell.
      void this.look();
      this.links.onshow();
      return;
    }
    const known = this.patches.some((p) => p.id === patch.id);
    if (known) this.show(patch);
    else this.editor.preview({ ...this.editor.settings, patches: [...this.patches, patch] }, null, false);
  }
}
