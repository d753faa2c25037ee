import { beforeEach, expect, test, vi } from 'vitest';
import type { CataloguePhoto, Description } from '../../api/types';
import { Refused } from '../../transport/refused';
import { Describing } from './describing.svelte';
import { Listing } from './listing.svelte';

const api = vi.hoisted(() => ({ describe: vi.fn(), getPhotos: vi.fn(), getOrder: vi.fn() }));
vi.mock('../../api/library', () => api);

const photo = (number: number, rating: number, keywords: string[] = []) =>
  ({ number, rating, keywords, label: '', flag: 0 }) as unknown as CataloguePhoto;
let said: Description[];
let problems: string[];
let failures: unknown[];
let listing: Listing;
let describing: Describing;
const settle = () => new Promise((resolve) => setTimeout(resolve));

beforeEach(() => {
  vi.resetAllMocks();
  said = [];
  problems = [];
  failures = [];
  const fail = (error: unknown) => failures.push(error);
  listing = new Listing({ onorder: () => undefined, onfailed: fail });
  describing = new Describing(listing, {
    ontold: (message) => problems.push(message),
    onfailed: fail,
    onreachable: () => undefined,
    onidle: () => undefined,
  });
  listing.learn([photo(1, 1, ['Owl']), photo(2, 2)]);
  api.describe.mockImplementation((body: Description) => {
    said.push(body);
    return Promise.resolve({ photos: [], failures: [] });
  });
});

test('a rating is seen at once and taken back to what each photo had', async () => {
  let written: () => void = () => undefined;
  api.describe.mockImplementationOnce((body: Description) => {
    said.push(body);
    return new Promise((resolve) => (written = () => resolve({ photos: [], failures: [] })));
  });
  const saying = describing.say([1, 2], { rating: 5 }, '5 stars');
  await settle();
  expect([listing.entry(1)?.rating, listing.entry(2)?.rating]).toEqual([5, 5]);
  written();
  await saying;
  expect(await describing.undo()).toBe('5 stars');
  expect([listing.entry(1)?.rating, listing.entry(2)?.rating]).toEqual([1, 2]);
  expect(said.slice(1)).toEqual([
    { photos: [1], remarks: { rating: 1 } },
    { photos: [2], remarks: { rating: 2 } },
  ]);
  expect(await describing.redo()).toBe('5 stars');
  expect(said.at(-1)).toEqual({ photos: [1, 2], remarks: { rating: 5 } });
  expect(await describing.redo()).toBeNull();
});

test('keywords come and go without the others', async () => {
  await describing.tag([1, 2], ['Fox'], ['Owl']);
  expect([listing.entry(1)?.keywords, listing.entry(2)?.keywords]).toEqual([['Fox'], ['Fox']]);
  expect(said).toEqual([{ photos: [1, 2], add_keywords: ['Fox'], remove_keywords: ['Owl'] }]);
  await describing.undo();
  expect([listing.entry(1)?.keywords, listing.entry(2)?.keywords]).toEqual([['Owl'], []]);
});

test('photos that are not known yet are fetched, and what could not be written is told', async () => {
  api.getPhotos.mockResolvedValue([photo(3, 0)]);
  api.describe.mockResolvedValue({
    photos: [photo(3, 0)],
    failures: [{ number: 3, message: 'The disk is full.', remedy: '' }],
  });
  await describing.say([3], { rating: 4 }, '4 stars');
  expect(problems).toEqual(['The disk is full.']);
  expect(listing.entry(3)?.rating).toBe(0);
});

test('a remark that is refused is not shown any longer, and there is nothing to take back', async () => {
  api.describe.mockRejectedValueOnce(new Refused('The library is locked.', '', 409));
  api.getPhotos.mockResolvedValue([photo(1, 1, ['Owl'])]);
  await describing.say([1], { rating: 5 }, '5 stars');
  await settle();
  expect(listing.entry(1)?.rating).toBe(1);
  expect(failures).toHaveLength(1);
  expect(describing.canUndo).toBe(false);
});

test('what was refused is asked for when nothing is on its way any more', async () => {
  let refuse: () => void = () => undefined;
  api.describe.mockImplementationOnce(
    () => new Promise((_, reject) => (refuse = () => reject(new Refused('The disk is full.', '', 500)))),
  );
  api.getPhotos.mockImplementation(() => Promise.resolve([photo(1, 3)]));
  const saying = describing.say([1], { rating: 5 }, '5 stars');
  await settle();
  const later = describing.say([1], { rating: 3 }, '3 stars');
  await settle();
  refuse();
  await saying;
  expect(listing.entry(1)?.rating).toBe(3);
  await later;
  await settle();
  expect(api.getPhotos).toHaveBeenCalledTimes(1);
  expect(await describing.undo()).toBe('3 stars');
});

test('an undo that is refused can be tried again', async () => {
  await describing.say([1], { rating: 5 }, '5 stars');
  api.describe.mockRejectedValueOnce(new Refused('The disk is full.', '', 500));
  api.getPhotos.mockResolvedValue([photo(1, 5)]);
  expect(await describing.undo()).toBe('');
  await settle();
  expect(listing.entry(1)?.rating).toBe(5);
  expect(await describing.undo()).toBe('5 stars');
});
