import { expect, test } from 'vitest';
import { unfitInWords } from './unfit';

const photo = (name: string, ...masks: string[]) => ({ id: name, name, masks });

test('nothing is said where everything fits', () => {
  expect(unfitInWords([])).toBe('');
});

test('one mask in one photo is named with it', () => {
  expect(unfitInWords([photo('b.jpg', 'Logo')])).toBe(
    '“Logo” is a picture of other proportions than b.jpg and has no effect there.',
  );
});

test('several are named once each', () => {
  expect(unfitInWords([photo('b.jpg', 'Logo', 'Sign'), photo('c.jpg', 'Logo')])).toBe(
    '“Logo” and “Sign” are pictures of other proportions than 2 photos and have no effect there.',
  );
});
