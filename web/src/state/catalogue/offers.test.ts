import { beforeEach, expect, test, vi } from 'vitest';
import type { CaptionOffer, CataloguePhoto, Description } from '../../api/types';
import { open } from '../../catalogue/offers';
import { Describing } from './describing.svelte';
import { Listing } from './listing.svelte';
import { Offers } from './offers.svelte';

const api = vi.hoisted(() => ({ describe: vi.fn(), getPhotos: vi.fn(), getOffers: vi.fn(), dismissCaptions: vi.fn() }));
vi.mock('../../api/library', () => api);

const photo = (number: number) => ({ number, caption: '', keywords: ['Owl'] }) as unknown as CataloguePhoto;
const offer = (number: number): CaptionOffer => ({
  number,
  caption: `Picture ${number}.`,
  keywords: ['Boat', `word ${number}`],
  model: 'm',
  language: 'en',
  problem: '',
});
let said: Description[];
let listing: Listing;
let describing: Describing;
let offers: Offers;

beforeEach(async () => {
  vi.resetAllMocks();
  said = [];
  const fail = (error: unknown) => {
    throw error;
  };
  listing = new Listing({ onorder: () => undefined, onfailed: fail });
  describing = new Describing(listing, {
    ontold: () => undefined,
    onfailed: fail,
    onreachable: () => undefined,
    onidle: () => undefined,
  });
  offers = new Offers(describing, { onjob: () => undefined, onfailed: fail });
  listing.learn([photo(1), photo(2)]);
  api.describe.mockImplementation((body: Description) => {
    said.push(body);
    return Promise.resolve({ photos: [], failures: [] });
  });
  api.getOffers.mockImplementation((numbers: number[]) => Promise.resolve(numbers.map(offer)));
  await offers.look([1, 2]);
});

const all = async () => offers.of(await listing.all([1, 2]));

test('everything is accepted in one step, and taken back in one', async () => {
  await offers.acceptAll(await all());
  expect(listing.entry(2)).toMatchObject({ caption: 'Picture 2.', keywords: ['Owl', 'Boat', 'word 2'] });
  expect(said.map(({ photos }) => photos)).toEqual([[1], [2]]);
  expect(said[0]?.remarks).toEqual({ caption: 'Picture 1.', keywords: ['Owl', 'Boat', 'word 1'] });
  expect((await all()).some(open)).toBe(false);
  expect(await describing.undo()).toBe('Suggestions for 2 photos');
  expect(listing.entry(1)).toMatchObject({ caption: '', keywords: ['Owl'] });
  expect((await all()).every(open)).toBe(true);
});

test('what is dismissed is gone at once, whatever answer is still on its way', async () => {
  let late: (offers: CaptionOffer[]) => void = () => undefined;
  api.getOffers.mockImplementationOnce(() => new Promise((resolve) => (late = resolve)));
  offers.heard([2]);
  const [first] = await all();
  if (!first) throw new Error('nothing is offered');
  await offers.dismiss([first], { keyword: 'Boat' });
  late([offer(1), offer(2)]);
  await Promise.resolve();
  expect((await all()).map(({ keywords }) => keywords)).toEqual([['word 1'], ['Boat', 'word 2']]);
  expect(api.dismissCaptions).toHaveBeenCalledWith({ photos: [1], caption: false, keywords: ['Boat'] });
  await offers.dismiss(await all());
  expect((await all()).some(open)).toBe(false);
});

test('only what is looked at is asked about again', () => {
  api.getOffers.mockClear();
  offers.heard([7]);
  expect(api.getOffers).not.toHaveBeenCalled();
  offers.heard(null);
  expect(api.getOffers).toHaveBeenCalledWith([1, 2]);
});
