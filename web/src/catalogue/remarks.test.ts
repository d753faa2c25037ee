import { expect, test } from 'vitest';
import type { CataloguePhoto } from '../api/types';
import { before, common, completions, grouped, keywordsOf, typed } from './remarks';

const photo = (number: number, said: Partial<CataloguePhoto>) =>
  ({ number, keywords: [], ...said }) as unknown as CataloguePhoto;
const PHOTOS = [
  photo(1, { rating: 3, title: 'Owl', keywords: ['Birds', 'Night'] }),
  photo(2, { rating: 3, title: 'Fox', keywords: ['Night'] }),
];

test('what photos have in common is shown, what differs is not', () => {
  expect(common(PHOTOS, 'rating')).toBe(3);
  expect(common(PHOTOS, 'title')).toBeNull();
  expect(common([], 'rating')).toBeNull();
  expect(keywordsOf(PHOTOS)).toEqual([
    { path: 'Birds', everywhere: false },
    { path: 'Night', everywhere: true },
  ]);
});

test('a keyword is completed by any of its levels', () => {
  const known = [
    { path: 'Animals|Birds|Owl', photos: 3 },
    { path: 'Bern', photos: 9 },
    { path: 'Boat', photos: 1 },
  ];
  expect(completions('b', known, new Set(['Boat']))).toEqual(['Bern', 'Animals|Birds|Owl']);
  expect(completions('animals|b', known, new Set())).toEqual(['Animals|Birds|Owl']);
  expect(completions(' ', known, new Set())).toEqual([]);
});

test('levels and lists are typed as people do', () => {
  expect(typed(' Animals > Birds , Bern,,')).toEqual(['Animals|Birds', 'Bern']);
});

test('an undo says again what was said before, once for all that said the same', () => {
  const old = before(PHOTOS, ['rating']);
  expect(grouped(old)).toEqual([{ photos: [1, 2], remarks: { rating: 3 } }]);
  expect(grouped(before(PHOTOS, ['title'])).length).toBe(2);
});
