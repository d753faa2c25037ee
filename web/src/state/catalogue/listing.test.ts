import { beforeEach, expect, test, vi } from 'vitest';
import type { CataloguePhoto } from '../../api/types';
import { Refused } from '../../transport/refused';
import { Listing } from './listing.svelte';

const api = vi.hoisted(() => ({ getPhotos: vi.fn(), getOrder: vi.fn() }));
vi.mock('../../api/library', () => api);

const settle = () => new Promise((resolve) => setTimeout(resolve));
const photo = (number: number) => ({ number, id: `id-${number}` }) as unknown as CataloguePhoto;
let listing: Listing;
let orders: Uint32Array[];

beforeEach(() => {
  vi.resetAllMocks();
  orders = [];
  listing = new Listing({
    onorder: (order) => orders.push(order),
    onfailed: (error) => {
      throw error;
    },
  });
  api.getPhotos.mockImplementation((numbers: number[]) => Promise.resolve(numbers.map(photo)));
});

test('an answer that a later question has overtaken is not shown', async () => {
  let late: (order: Uint32Array) => void = () => undefined;
  api.getOrder.mockImplementationOnce(() => new Promise((resolve) => (late = resolve)));
  api.getOrder.mockResolvedValueOnce(new Uint32Array([2]));
  const first = listing.load();
  await listing.load();
  late(new Uint32Array([1]));
  await first;
  expect([...listing.order]).toEqual([2]);
  expect(orders).toHaveLength(1);
});

test('a search that is not understood leaves the photos and says why', async () => {
  api.getOrder.mockResolvedValueOnce(new Uint32Array([1]));
  await listing.load();
  api.getOrder.mockRejectedValueOnce(new Refused('iso:many is not understood.', 'Write 3.', 400));
  await listing.load();
  expect(listing.problem).toBe('iso:many is not understood. Write 3.');
  expect([...listing.order]).toEqual([1]);
});

test('only what is near and not known is asked for, in parts', async () => {
  const many = Array.from({ length: 700 }, (_, i) => i);
  listing.look(many);
  await settle();
  expect(api.getPhotos.mock.calls.map(([numbers]) => (numbers as number[]).length)).toEqual([300, 300, 100]);
  listing.look(many.slice(100, 200));
  await settle();
  expect(api.getPhotos).toHaveBeenCalledTimes(3);
  expect(listing.numberOf('id-150')).toBe(150);
});

test('a photo that is gone is asked for once', async () => {
  api.getPhotos.mockResolvedValue([photo(1)]);
  listing.look([1, 2]);
  await settle();
  expect(api.getPhotos).toHaveBeenCalledExactlyOnceWith([1, 2]);
});

test('what changed far away is forgotten, what is near is fetched again without a blank', async () => {
  listing.look([1, 2, 3]);
  await settle();
  listing.look([3]);
  const again = listing.stale(null);
  expect([listing.entry(1), listing.entry(3)?.id]).toEqual([undefined, 'id-3']);
  await again;
  expect(api.getPhotos).toHaveBeenLastCalledWith([3]);
});
