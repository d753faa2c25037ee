/** The photos that are shown: which ones, in which order, and what is known of those near the eye. */
import { SvelteMap } from 'svelte/reactivity';
import * as api from '../../api/library';
import type { CataloguePhoto } from '../../api/types';
import { ALL, EVERYTHING, type Filter, type Source, query } from '../../catalogue/filter';
import type { Order } from '../../catalogue/picks';
import { Refused } from '../../transport/refused';
import { t } from '../../texts';

export const SORTS = [
  { value: 'taken', label: t('Capture time') },
  { value: 'added', label: t('Added') },
  { value: 'name', label: t('File name') },
  { value: 'path', label: t('Folder') },
  { value: 'rating', label: t('Rating') },
  { value: 'iso', label: 'ISO' },
  { value: 'size', label: t('File size') },
] as const;

/** Photos asked for in one request, and kept in memory. */
const PART = 300;
const KEPT = 6000;
const TYPING = 160;

export interface ListingLinks {
  /** The order is another one. */
  onorder: (order: Order) => void;
  onfailed: (error: unknown) => void;
}

export class Listing {
  source = $state.raw<Source>(ALL);
  filter = $state.raw<Filter>(EVERYTHING);
  sort = $state('taken');
  descending = $state(true);
  /** Of a RAW and its JPEG only the one on top. */
  tops = $state(false);
  /** Stacks that are open although only tops are listed, by their tops. */
  opened = $state.raw<readonly number[]>([]);
  /** The photo that they are sorted by likeness to. */
  like = $state.raw<number | null>(null);
  /** Free words are what is meant, in any words. */
  meaning = $state(false);
  order = $state.raw<Order>(new Uint32Array());
  /** A search that is not understood, in the server's words. */
  problem = $state('');
  loaded = $state(false);

  query = $derived(query(this.source, this.filter));
  private readonly entries = new SvelteMap<number, CataloguePhoto>();
  private readonly pending = new Set<number>();
  private wanted: readonly number[] = [];
  private asked = 0;
  private typing: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly links: ListingLinks) {}

  show(source: Source): void {
    this.source = source;
    void this.load();
  }

  /** Everywhere, and by nothing else. */
  search(text: string): void {
    this.filter = { ...EVERYTHING, text };
    this.show(ALL);
  }

  refine(change: Partial<Filter>): void {
    this.filter = { ...this.filter, ...change };
    clearTimeout(this.typing);
    if (change.text === undefined) void this.load();
    else this.typing = setTimeout(() => void this.load(), TYPING);
  }

  sorted(sort: string, descending: boolean): void {
    this.sort = sort;
    this.descending = descending;
    this.like = null;
    void this.load();
  }

  /** Those most like this photo first, until another order is chosen. */
  alike(number: number): void {
    this.like = number;
    void this.load();
  }

  meant(meaning: boolean): void {
    this.meaning = meaning;
    void this.load();
  }

  /** Of a stack that is closed all photos are listed, of one that is open only the top. */
  openStack(top: number): void {
    this.opened = this.opened.includes(top) ? this.opened.filter((one) => one !== top) : [...this.opened, top];
    void this.load();
  }

  stacked(tops: boolean): void {
    this.tops = tops;
    void this.load();
  }

  /** Asks for the order anew; an answer that a later question has overtaken is dropped. */
  async load(): Promise<void> {
    const turn = ++this.asked;
    try {
      const { query, sort, descending, tops, opened, like } = this;
      const meaning = this.meaning && this.filter.text.trim() !== '';
      const order = await api.getOrder({ query, sort, descending, tops, opened, like, meaning });
      if (turn !== this.asked) return;
      this.problem = '';
      this.loaded = true;
      this.order = order;
      this.links.onorder(order);
    } catch (error) {
      if (turn !== this.asked) return;
      if (error instanceof Refused && error.status === 400)
        this.problem = [error.message, error.remedy].join(' ').trim();
      else this.links.onfailed(error);
    }
  }

  entry(number: number | null): CataloguePhoto | undefined {
    return number === null ? undefined : this.entries.get(number);
  }

  /** These are near the eye: what is not known of them is asked for, the first ones first. */
  look(numbers: readonly number[]): void {
    this.wanted = numbers;
    void this.fetch();
  }

  private async fetch(): Promise<void> {
    if (this.pending.size >= PART) return; // the one under way goes on with what is wanted then
    const part = this.wanted.filter((n) => !this.entries.has(n) && !this.pending.has(n)).slice(0, PART);
    if (part.length === 0) return;
    for (const number of part) this.pending.add(number);
    let known = false;
    try {
      this.learn(await api.getPhotos(part));
      const asked = new Set(part); // what is gone from the library is not asked for again and again
      this.wanted = this.wanted.filter((number) => !asked.has(number) || this.entries.has(number));
      known = true;
    } catch (error) {
      this.links.onfailed(error);
    } finally {
      for (const number of part) this.pending.delete(number);
    }
    if (known) void this.fetch();
  }

  learn(photos: readonly CataloguePhoto[]): void {
    for (const photo of photos) this.entries.set(photo.number, photo);
    if (this.entries.size <= KEPT) return;
    const near = new Set(this.wanted);
    for (const number of this.entries.keys()) {
      if (this.entries.size <= KEPT * 0.8) return;
      if (!near.has(number)) this.entries.delete(number);
    }
  }

  /** What is known of all of these; the rest is fetched. */
  async all(numbers: readonly number[]): Promise<CataloguePhoto[]> {
    const found = new Map<number, CataloguePhoto>();
    const lacking: number[] = [];
    for (const number of numbers) {
      const known = this.entries.get(number);
      if (known) found.set(number, known);
      else lacking.push(number);
    }
    for (let at = 0; at < lacking.length; at += 2000) {
      for (const photo of await api.getPhotos(lacking.slice(at, at + 2000))) found.set(photo.number, photo);
    }
    return numbers.flatMap((number) => found.get(number) ?? []);
  }

  /** These are fetched again. What cannot be is no longer known. */
  async again(numbers: readonly number[]): Promise<void> {
    try {
      this.learn(await api.getPhotos(numbers.slice(0, 2000)));
    } catch (error) {
      for (const number of numbers) this.entries.delete(number);
      this.links.onfailed(error);
    }
  }

  /** Anything may have changed, or these photos. What is near the eye is fetched again, without a blank in between. */
  async stale(numbers: readonly number[] | null): Promise<void> {
    const near = new Set(this.wanted);
    for (const number of numbers ?? [...this.entries.keys()]) if (!near.has(number)) this.entries.delete(number);
    const again = this.wanted.filter((n) => (numbers === null || numbers.includes(n)) && this.entries.has(n));
    try {
      if (again.length) this.learn(await api.getPhotos(again.slice(0, 2000)));
    } catch (error) {
      this.links.onfailed(error);
    }
  }

  /** The number of a photo that is known by the id that the routes of photos use. */
  numberOf(id: string): number | null {
    for (const [number, photo] of this.entries) if (photo.id === id) return number;
    return null;
  }
}
