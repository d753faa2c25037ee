import { expect, test } from 'vitest';
import type { CaptionOffer, CataloguePhoto } from '../api/types';
import { accepted, left, open } from './offers';

const photo = (caption: string, keywords: string[]) => ({ number: 1, caption, keywords }) as unknown as CataloguePhoto;
const offer: CaptionOffer = {
  number: 1,
  caption: 'A boat.',
  keywords: ['Boat', 'Nature|Lake'],
  model: 'm',
  language: 'en',
  problem: '',
};

test('what a photo says by now is not offered', () => {
  expect(left(photo('', []), offer)).toMatchObject({ caption: 'A boat.', keywords: ['Boat', 'Nature|Lake'] });
  expect(left(photo('Mine.', ['boat']), offer)).toMatchObject({ caption: '', keywords: ['Nature|Lake'] });
  expect(open(left(photo('Mine.', ['BOAT', 'nature|lake']), offer))).toBe(false);
});

test('accepting leaves what is there', () => {
  expect(accepted(left(photo('Mine.', ['Owl', 'boat']), offer))).toMatchObject({
    caption: 'Mine.',
    keywords: ['Owl', 'boat', 'Nature|Lake'],
  });
});
