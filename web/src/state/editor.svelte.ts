/** The open photo and its settings: changes while a hand moves, commits when it rests, history on the server. */
import * as api from '../api';
import type { Group, Parameter, Photo, Settings, Value } from '../api/types';
import { type Crop, type Orientation, type Size } from '../crop/geometry';
import { GEOMETRY_NAMES, cropIn, orientationIn, sizeOf } from '../crop/settings';
import { olderProcesses, sections } from '../develop/layout';
import { described } from '../develop/parameter';
import { type Effective, changed, difference, equal, without } from '../develop/settings';
import type { EditorLinks } from './editor-links';
import { WriteQueue } from '../transport/queue';
import { Refused } from '../transport/refused';
import { t } from '../texts';

/** Key presses and turns of the wheel that follow each other this quickly are one history entry. */
const GATHER = 600;

export class Editor {
  groups = $state.raw<Group[]>([]);
  photo = $state.raw<Photo | null>(null);
  settings = $state.raw<Settings>({});
  effective = $state.raw<Effective>({});
  opening = $state<string | null>(null);

  parameters = $derived<Parameter[]>(this.groups.flatMap((g) => g.parameters));
  byName = $derived(new Map(this.parameters.map((p) => [p.name, p])));
  private older = $derived(olderProcesses(this.parameters, this.settings));
  panel = $derived(sections(this.groups, this.older));
  frame = $derived<Size>(this.photo?.frame ?? { width: 1, height: 1 });
  crop = $derived<Crop>(cropIn(this.settings));
  orientation = $derived<Orientation>(orientationIn(this.settings));
  developed = $derived<Size>(sizeOf(this.settings, this.frame));

  readonly queue: WriteQueue;
  private committed: Settings = {};
  /** Questions and answers are counted: an older answer may come after a newer one. */
  private asked = 0;
  private learnt = 0;
  /** The photo changed elsewhere while a hand was on it. */
  private behind = false;
  private arriving: Promise<void> = Promise.resolve();
  private gathering: { timer: ReturnType<typeof setTimeout>; label: string; names: string[] } | null = null;

  constructor(private readonly links: EditorLinks) {
    this.queue = new WriteQueue(links.onreachable, () => this.catchUp());
  }

  /** The crop is driven by its tool, not by sliders. */
  isCrop(p: Parameter): boolean {
    return GEOMETRY_NAMES.includes(p.name);
  }

  open(id: string): Promise<void> {
    this.arriving = this.bring(id);
    return this.arriving;
  }

  /** The photo that is meant by what is done now: the open one, or that on its way, as soon as it is there. */
  async arrived(): Promise<Photo | null> {
    while (this.opening) await this.arriving;
    return this.photo;
  }

  /** Another photo is on its way, whose id is not known yet: what a hand does until then is about neither. */
  async expect<T>(coming: Promise<T>): Promise<T> {
    this.opening = 'coming';
    this.arriving = coming.then(
      () => undefined,
      () => undefined,
    );
    try {
      return await coming;
    } finally {
      if (this.opening === 'coming') this.opening = null;
    }
  }

  private async bring(id: string): Promise<void> {
    this.flush();
    this.opening = id;
    this.links.onopening(id);
    try {
      const photo = await api.getPhoto(id);
      if (this.opening !== id) return;
      this.opening = null;
      this.adopt(photo, true);
    } catch (error) {
      if (this.opening === id) {
        this.opening = null;
        if (error instanceof Refused) this.close(); // under its name nobody must go on with the one before
      }
      this.links.onfailed(error);
    }
  }

  private close(): void {
    this.photo = null;
    this.settings = this.committed = this.effective = {};
    this.links.onclosed();
  }

  /** The photo changed elsewhere (another window, the command line, a paste). */
  async refresh(): Promise<void> {
    const id = this.photo?.id;
    this.behind = id !== undefined && this.unsaved;
    if (!id || this.behind) return;
    const asked = ++this.asked;
    const { learnt } = this;
    const photo = await api.getPhoto(id);
    if (this.photo?.id !== id || asked !== this.asked) return;
    if (this.unsaved) this.behind = true;
    else if (learnt === this.learnt) this.adopt(photo, false);
    else await this.refresh();
  }

  /** Shows what changed elsewhere meanwhile, once no hand is on the photo. */
  private catchUp(): void {
    if (this.behind && !this.unsaved) void this.refresh().catch((error: unknown) => this.links.onfailed(error));
  }

  /** What the photo effectively has; told with every frame, and mostly the same. */
  learn(effective: Effective): void {
    if (Object.entries(effective).some(([name, value]) => this.effective[name] !== value)) this.effective = effective;
  }

  get unsaved(): boolean {
    return this.queue.length > 0 || this.gathering !== null || !equal(this.settings, this.committed);
  }

  private adopt(photo: Photo, opened: boolean): void {
    this.learnt++;
    const moved = !equal(photo.settings, this.settings);
    this.photo = photo;
    this.settings = photo.settings;
    this.committed = photo.settings;
    this.effective = photo.white_balance;
    if (opened || moved) this.links.onphoto(photo, opened);
  }

  /** A control moved: shows the change, stores nothing. Null is the default. */
  change(p: Parameter, value: Value, input: number | null = null, draft = true): void {
    this.preview(changed(this.settings, p, value, this.parameters, this.effective), input, draft);
  }

  preview(settings: Settings, input: number | null = null, draft = true): void {
    // While another photo is on its way, a movement would change the one that is no longer seen.
    if (!this.photo || this.opening) return;
    const { gathering } = this;
    // Another control: what the last one did is an entry of its own.
    if (gathering && !difference(settings, this.settings).some((name) => gathering.names.includes(name))) {
      this.commit(gathering.label);
    }
    this.settings = settings;
    this.links.onchange(draft, input);
    this.catchUp();
  }

  /** The hand rests: one history entry for what changed since the last. */
  commit(label: string): void {
    this.cancelGathering();
    const { photo, settings } = this;
    if (!photo || equal(settings, this.committed)) return;
    this.committed = settings;
    this.links.onchange(false, null);
    void this.write(photo.id, () => api.putSettings(photo.id, settings, label));
  }

  commitParameter(p: Parameter): void {
    const value = this.settings[p.name];
    this.commit(value === undefined && p.default === null ? t(`${p.label} as shot`) : described(p, value ?? p.default));
  }

  /** Commits after a pause, so that a row of key presses is one entry. */
  commitSoon(p: Parameter): void {
    this.commitLater(described(p, this.settings[p.name] ?? p.default));
  }

  /** The same, under that name. */
  commitLater(label: string): void {
    this.cancelGathering();
    const names = difference(this.settings, this.committed);
    this.gathering = { label, names, timer: setTimeout(() => this.commit(label), GATHER) };
  }

  /** Stores now what waits to be stored. */
  flush(): void {
    if (this.gathering) this.commit(this.gathering.label);
  }

  private cancelGathering(): void {
    clearTimeout(this.gathering?.timer);
    this.gathering = null;
  }

  reset(p: Parameter): void {
    this.change(p, null, null, false);
    this.commit(t(`${p.label} reset`));
  }

  resetGroup(group: Group): void {
    this.preview(without(this.settings, group.parameters), null, false);
    this.commit(t(`${group.label} reset`));
  }

  resetAll(): void {
    this.preview({}, null, false);
    this.commit(t('Reset'));
  }

  undo(): void {
    this.flush();
    if (this.photo?.history.can_undo || this.queue.length) this.travel((id) => api.undo(id));
  }

  redo(): void {
    if (this.photo?.history.can_redo) this.travel((id) => api.redo(id));
  }

  goTo(index: number): void {
    this.flush();
    this.travel((id) => api.goTo(id, index));
  }

  /** Lets the server do a step of its own with the photo, and follows it. Answers whether it did. */
  async follow(step: (id: string) => Promise<Photo>): Promise<boolean> {
    this.flush();
    const id = this.photo?.id;
    return id ? this.write(id, () => step(id), true) : false;
  }

  /** Has these parameters found by looking at the photo: one history entry. */
  automatic(names: string[]): Promise<boolean> {
    return this.follow((id) => api.automatic(id, names));
  }

  private travel(step: (id: string) => Promise<Photo>): void {
    const id = this.photo?.id;
    if (id) void this.write(id, () => step(id), true);
  }

  /** After the write the server's word counts, unless the hand has moved on meanwhile. */
  private async write(id: string, write: () => Promise<Photo>, follow = false): Promise<boolean> {
    try {
      const photo = await this.queue.add(write);
      if (this.photo?.id !== id) return false;
      if (follow) this.adopt(photo, false);
      else if (!this.unsaved) this.adopt(photo, false);
      else this.photo = { ...photo };
      return true;
    } catch (error) {
      this.links.onfailed(error);
      if (this.photo?.id === id && this.queue.length === 0) await this.restore(id);
      return false;
    }
  }

  /** The server refused: shows what it has. */
  private async restore(id: string): Promise<void> {
    try {
      const photo = await api.getPhoto(id);
      if (this.photo?.id === id) this.adopt(photo, false);
    } catch (error) {
      this.links.onfailed(error);
    }
  }

  turn(by: 90 | -90): void {
    const rotate = this.byName.get('rotate');
    if (!rotate) return;
    const next = (this.orientation.rotate + by + 360) % 360;
    this.change(rotate, String(next), null, false);
    this.commit(by > 0 ? t('Rotate right') : t('Rotate left'));
  }

  /** Mirrors what is seen: after a quarter turn the photo's own axes have changed places. */
  flip(axis: 'horizontal' | 'vertical'): void {
    const quarter = this.orientation.rotate % 180 !== 0;
    const own = (axis === 'horizontal') !== quarter ? 'flip_horizontal' : 'flip_vertical';
    const p = this.byName.get(own);
    if (!p) return;
    this.change(p, this.settings[own] !== true, null, false);
    this.commit(axis === 'horizontal' ? t('Flip horizontally') : t('Flip vertically'));
  }

  async pickWhite(x: number, y: number): Promise<void> {
    const { photo } = this;
    const [temperature, tint] = [this.byName.get('temperature'), this.byName.get('tint')];
    if (!photo || !temperature || !tint) return;
    try {
      const white = await api.pickWhite(photo.id, x, y);
      if (this.photo?.id !== photo.id) return;
      const warm = changed(this.settings, temperature, white.temperature, this.parameters, this.effective);
      this.preview(changed(warm, tint, white.tint, this.parameters, this.effective), null, false);
      this.commit(t('White balance picked'));
    } catch (error) {
      this.links.onfailed(error);
    }
  }
}
