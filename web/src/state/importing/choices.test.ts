import { expect, test } from 'vitest';
import { remembered, remember, requested } from './choices';

test('keywords are apart by commas, and no second folder is none', () => {
  const wishes = { ...remembered(), to: ' /photos ', keywords: ' Travel|Rome, ,snow', second: ' ' };
  const { keywords, second_copy, to } = requested(wishes);
  expect({ keywords, second_copy, to }).toEqual({
    keywords: ['Travel|Rome', 'snow'],
    second_copy: null,
    to: '/photos',
  });
});

test('choices are remembered, but for the keywords, which are of one card', () => {
  remember({ ...remembered(), to: '/photos', keywords: 'Rome' });
  expect(remembered()).toMatchObject({ to: '/photos', keywords: '' });
});
