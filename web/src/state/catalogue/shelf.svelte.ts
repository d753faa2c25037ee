/** The library in the page: what is listed, what is chosen, how it is looked at, and what is said about it. */
import * as api from '../../api/library';
import type { CataloguePhoto, CatalogueState, Remarks } from '../../api/types';
import { compared, replaced, spread, surveyed } from '../../catalogue/beside';
import { type Picks, NONE, all, clicked, led, only, remaining, stepped } from '../../catalogue/picks';
import { labelled, starred } from '../../catalogue/remarks';
import { FIT, type View } from '../../catalogue/view';
import { Describing } from './describing.svelte';
import { Listing } from './listing.svelte';
import { Mapping } from './mapping.svelte';
import { Offers } from './offers.svelte';
import { Pictures } from './pictures.svelte';
import { type Look, looks } from './look';
import type { ShelfLinks } from './shelf-links';
import { Thumbnails } from './thumbnails.svelte';
import { t } from '../../texts';

export type Mode = 'grid' | 'loupe' | 'compare' | 'survey' | 'map';

/** Photos on either side whose large pictures are made before they are asked for. */
const AHEAD = 3;
const CALM = 400;

export class Shelf {
  readonly listing: Listing;
  readonly thumbnails: Thumbnails;
  readonly pictures: Pictures;
  readonly describing: Describing;
  readonly offers: Offers;
  readonly map: Mapping;

  state = $state.raw<CatalogueState | null>(null);
  mode = $state<Mode>('grid');
  picks = $state.raw<Picks>(NONE);
  /** Beside each other: those compared or surveyed. */
  beside = $state.raw<readonly number[]>([]);
  view = $state.raw<View>(FIT);
  look = $state.raw<Look>(looks.get());
  /** Whether Caps Lock was on at the last key: rating goes on to the next photo. */
  caps = $state(false);
  /** Rows of the grid, as it is drawn: keys go up and down by them. */
  columns = $state(1);
  page = $state(1);

  empty = $derived(this.state !== null && this.state.folders.length === 0);
  active = $derived.by<CataloguePhoto | null>(() => this.listing.entry(this.picks.active) ?? null);
  at = $derived.by(() => (this.picks.active === null ? -1 : this.listing.order.indexOf(this.picks.active)));
  /** Photos are looked at themselves, one or some beside each other: neither the grid nor the map is shown. */
  large = $derived(this.mode !== 'grid' && this.mode !== 'map');
  /** What rating and describing are about. */
  meant = $derived<readonly number[]>(
    this.mode === 'grid' ? [...this.picks.selected] : this.picks.active === null ? [] : [this.picks.active],
  );
  private pending: ReturnType<typeof setTimeout> | undefined;
  private changed: Set<number> | null | undefined;

  constructor(private readonly links: ShelfLinks) {
    const failed = (error: unknown) => links.onfailed(error);
    this.listing = new Listing({ onorder: (order) => this.ordered(order), onfailed: failed });
    this.map = new Mapping(this.listing, failed);
    this.thumbnails = new Thumbnails(failed);
    this.pictures = new Pictures(failed);
    this.describing = new Describing(this.listing, {
      ontold: links.onproblem,
      onfailed: failed,
      onreachable: links.onreachable,
      onidle: () => this.settle(),
    });
    this.offers = new Offers(this.describing, links);
  }

  /** Shows it; asks the server the first time. */
  async enter(mode: Mode = this.mode): Promise<void> {
    if (this.state === null) await this.load();
    if (mode === 'compare' || mode === 'survey') {
      const arrange = mode === 'compare' ? compared : surveyed;
      this.beside = arrange(this.picks, this.listing.order, this.at);
      const leader = mode === 'compare' ? this.beside[1] : undefined;
      this.picks = { ...this.picks, active: leader ?? this.beside[0] ?? null };
    }
    const { active, selected } = this.picks;
    if (mode === 'grid' && active !== null && !selected.has(active)) this.picks = only(active);
    this.mode = mode;
    this.view = FIT;
    this.prepare();
  }

  async load(): Promise<void> {
    try {
      const [state] = await Promise.all([api.getLibrary(), this.listing.load()]);
      this.know(state);
    } catch (error) {
      this.links.onfailed(error);
    }
  }

  private know(state: CatalogueState): void {
    const [first, more] = state.folders;
    const fresh = !this.state?.folders.length;
    if (fresh && first && !more && this.look.open.length === 0) this.adjust({ open: [first.path] });
    this.state = state;
  }

  private async refresh(): Promise<void> {
    try {
      this.know(await api.getLibrary());
    } catch (error) {
      this.links.onfailed(error);
    }
  }

  private ordered(order: Uint32Array): void {
    this.picks = remaining(this.picks, order, this.lastAt);
    this.lastAt = this.at;
    this.prepare();
  }
  private lastAt = 0;

  choose(picks: Picks): void {
    this.picks = picks;
    this.lastAt = this.at;
    this.prepare();
  }

  click(at: number, shift: boolean, mod: boolean): void {
    this.choose(clicked(this.picks, this.listing.order, at, shift, mod));
  }

  lead(number: number): void {
    this.choose(this.mode === 'grid' ? led(this.picks, number) : { ...this.picks, active: number });
  }

  step(by: number, extend = false): void {
    if (this.mode === 'compare' || this.mode === 'survey') this.stepBeside(by);
    else this.choose(stepped(this.picks, this.listing.order, by, extend && this.mode === 'grid'));
  }

  selectAll(): void {
    this.choose(all(this.picks, this.listing.order));
  }

  selectOne(): void {
    if (this.picks.active !== null) this.choose(only(this.picks.active));
  }

  /** What is known of all that is chosen. */
  chosen(): Promise<CataloguePhoto[]> {
    const { order } = this.listing;
    const { selected } = this.picks;
    return this.listing.all(selected.size > 50 ? [...order].filter((n) => selected.has(n)) : [...selected]);
  }

  /** In a comparison the candidate gives way to the next photo; in a survey the next one leads. */
  private stepBeside(by: number): void {
    const { active } = this.picks;
    if (this.mode === 'survey') {
      const to = this.beside[this.beside.indexOf(active ?? -1) + by];
      if (to !== undefined) this.lead(to);
      return;
    }
    const next = replaced(this.beside, this.listing.order, active, by);
    if (!next) return;
    this.beside = next.beside;
    this.choose({ ...this.picks, active: next.active });
  }

  /** How many are compared. */
  spread(count: 2 | 4): void {
    this.beside = spread(this.beside, this.listing.order, count);
    if (!this.beside.includes(this.picks.active ?? -1)) this.picks = { ...this.picks, active: this.beside[1] ?? null };
    this.prepare();
  }

  /** Out of the survey; the photo stays where it is. */
  dismiss(number: number): void {
    if (this.beside.length < 2) return;
    const at = this.beside.indexOf(number);
    this.beside = this.beside.filter((one) => one !== number);
    const active =
      this.picks.active === number ? (this.beside[Math.min(at, this.beside.length - 1)] ?? null) : this.picks.active;
    this.choose({ active, selected: new Set(this.beside), anchor: active });
  }

  /** The picture that the compared ones are measured by becomes the active one. */
  promote(): void {
    const { active } = this.picks;
    if (this.mode !== 'compare' || active === null) return;
    this.beside = [active, ...this.beside.filter((one) => one !== active)];
    const candidate = this.beside[1] ?? active;
    this.choose({ ...this.picks, active: candidate });
  }

  see(view: View): void {
    this.view = view;
    this.prepare();
  }

  /** Large pictures ahead of the hand. */
  private prepare(): void {
    if (!this.large) return;
    const { order } = this.listing;
    const near: number[] = [];
    for (let by = 1; by <= AHEAD; by++)
      for (const to of [this.at + by, this.at - by]) near.push(...order.subarray(Math.max(0, to), Math.max(0, to + 1)));
    const shown = this.mode === 'loupe' ? (this.picks.active === null ? [] : [this.picks.active]) : this.beside;
    this.listing.look([...shown, ...near]);
    this.pictures.look(
      shown,
      near.filter((n) => !shown.includes(n)),
      this.view.scale !== null,
    );
  }

  /** Says the same of all that are meant, and goes on to the next photo if that is wished. */
  rate(remarks: Remarks, says: string): void {
    const numbers = this.meant;
    if (numbers.length === 0) return;
    void this.describing.say(numbers, remarks, says);
    if (numbers.length === 1 && (this.caps || this.look.advance)) this.step(1);
  }

  /** So many stars for all that are meant. */
  star(rating: number): void {
    this.rate({ rating }, starred(rating));
  }

  /** A label for all that are meant. The one that they have already is taken away. */
  mark(label: string, had = this.active?.label ?? ''): void {
    const on = had.toLowerCase() === label.toLowerCase();
    this.rate({ label: on ? '' : label }, on ? t('No label') : labelled(label));
  }

  adjust(change: Partial<Look>): void {
    this.look = { ...this.look, ...change };
    looks.set(this.look);
  }

  async add(path: string): Promise<void> {
    try {
      this.links.onjob(await api.addFolder(path));
    } catch (error) {
      this.links.onfailed(error);
    }
  }

  /** What a collection holds or is called was changed by this; the list follows. */
  async act(action: () => Promise<unknown>, told = ''): Promise<boolean> {
    try {
      await action();
      await this.refresh();
      if (this.listing.source.kind !== 'all') await this.listing.load();
      if (told) this.links.ontold(told);
      return true;
    } catch (error) {
      this.links.onfailed(error);
      return false;
    }
  }

  /** The server tells that these photos, or any, are not what they were. Told together when they come in rows. */
  heard(photos: readonly number[] | null): void {
    if (this.state === null) return;
    this.offers.heard(photos);
    if (photos === null) this.changed = null;
    else if (this.changed !== null) this.changed = new Set([...(this.changed ?? []), ...photos]);
    this.settle();
  }

  private settle(): void {
    if (this.changed === undefined || this.describing.busy) return;
    clearTimeout(this.pending);
    this.pending = setTimeout(() => void this.follow(), CALM);
  }

  private async follow(): Promise<void> {
    if (this.changed === undefined || this.describing.busy) return;
    const numbers = this.changed && [...this.changed];
    this.changed = undefined;
    const { query, sort } = this.listing;
    const order = numbers === null || query !== '' || sort === 'rating';
    const counts = numbers === null || numbers.length === 0;
    await Promise.all([this.listing.stale(numbers), counts && this.refresh(), order && this.listing.load()]);
  }

  async tag(add: readonly string[], remove: readonly string[]): Promise<void> {
    await this.describing.tag(this.meant, add, remove);
    await this.refresh();
  }

  /** A photo is developed differently. */
  redrawn(id: string): void {
    const number = this.listing.numberOf(id);
    if (number === null) return;
    this.thumbnails.stale([number]);
    this.pictures.stale([number]);
    this.prepare();
  }
}
