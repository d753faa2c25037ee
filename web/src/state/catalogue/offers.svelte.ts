/** Captions and keywords that a model suggests: accepted as if they had been typed, or dismissed. */
import { SvelteMap } from 'svelte/reactivity';
import * as api from '../../api/library';
import type { CaptionOffer, CataloguePhoto, Job } from '../../api/types';
import { type Offered, accepted, left, open } from '../../catalogue/offers';
import { before, grouped } from '../../catalogue/remarks';
import type { Describing } from './describing.svelte';
import { plural, t } from '../../texts';

export interface OffersLinks {
  onjob: (job: Job) => void;
  onfailed: (error: unknown) => void;
}

/** Photos that the server is asked about at once. */
const MOST = 2000;

export class Offers {
  private readonly found = new SvelteMap<number, CaptionOffer>();
  private watched: readonly number[] = [];
  private turn = 0;

  constructor(
    private readonly describing: Describing,
    private readonly links: OffersLinks,
  ) {}

  /** Of the photos that a model was asked about. */
  of(photos: readonly CataloguePhoto[]): Offered[] {
    return photos.flatMap((photo) => {
      const offer = this.found.get(photo.number);
      return offer ? [left(photo, offer)] : [];
    });
  }

  /** These are looked at from now on. */
  async look(numbers: readonly number[]): Promise<void> {
    this.watched = numbers.slice(0, MOST);
    await this.load();
  }

  /** These photos, or any, are not what they were. */
  heard(photos: readonly number[] | null): void {
    const watched = new Set(this.watched);
    if (watched.size && (photos === null || photos.some((number) => watched.has(number)))) void this.load();
  }

  private async load(): Promise<void> {
    const turn = ++this.turn;
    try {
      const offers = this.watched.length ? await api.getOffers([...this.watched]) : [];
      if (turn !== this.turn) return;
      this.found.clear();
      for (const offer of offers) this.found.set(offer.number, offer);
    } catch (error) {
      if (turn === this.turn) this.links.onfailed(error);
    }
  }

  /** Has a model say what is seen. again: also in those that it has seen. */
  async suggest(numbers: readonly number[], again: boolean): Promise<void> {
    if (numbers.length === 0) return;
    try {
      this.links.onjob(await api.suggestCaptions([...numbers], again));
    } catch (error) {
      this.links.onfailed(error);
    }
  }

  /** All that is offered, in one step. */
  async acceptAll(offers: readonly Offered[]): Promise<void> {
    const all = new Map(offers.filter(open).map((one) => [one.photo.number, one]));
    const changed = (photo: CataloguePhoto) => {
      const offered = all.get(photo.number);
      return offered ? accepted({ ...offered, photo }) : photo;
    };
    const fields = ['caption', 'keywords'] as const;
    const bodies = grouped(before([...all.values()].map(accepted), fields));
    const says = plural(all.size, ['Suggestions for # photo', 'Suggestions for # photos']);
    await this.describing.change([...all.keys()], fields, says, changed, bodies);
  }

  async acceptCaption({ photo, caption }: Offered): Promise<void> {
    await this.describing.say([photo.number], { caption }, t('Caption'));
  }

  async acceptKeyword({ photo }: Offered, path: string): Promise<void> {
    await this.describing.tag([photo.number], [path], []);
  }

  /** Gone at once, and not offered again. Neither caption nor keyword: everything. */
  async dismiss(offers: readonly Offered[], what: { caption?: true; keyword?: string } = {}): Promise<void> {
    const { caption = false, keyword } = what;
    const all = !caption && keyword === undefined;
    for (const { photo } of offers) {
      const offer = this.found.get(photo.number);
      if (!offer) continue;
      const rest = all ? [] : offer.keywords.filter((path) => path !== keyword);
      this.found.set(photo.number, { ...offer, caption: all || caption ? '' : offer.caption, keywords: rest });
    }
    this.turn++; // an answer that is on its way does not know of it
    try {
      const photos = offers.map(({ photo }) => photo.number);
      await api.dismissCaptions({ photos, caption, keywords: keyword === undefined ? null : [keyword] });
    } catch (error) {
      this.links.onfailed(error);
      await this.load();
    }
  }
}
