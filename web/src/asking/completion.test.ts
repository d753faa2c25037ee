import { expect, test } from 'vitest';
import { EXAMPLES, completions } from './completion';

const labels = ['Shadows', 'Shadow tint', 'Saturation', 'Vignette amount'];

test('nothing typed offers requests', () => {
  expect(completions(' ', labels)).toEqual(EXAMPLES.slice(0, 6));
});

test('a request that begins so goes on', () => {
  expect(completions('dark', labels)).toEqual(['darken the sky']);
});

test('the last words become the label that begins like them', () => {
  expect(completions('warmer, sha', labels)).toEqual(['warmer, shadows ', 'warmer, shadow tint ']);
  expect(completions('more vignette a', labels)).toEqual(['more vignette amount ']);
});

test('the same is not offered twice', () => {
  expect(completions('a bit warmer and lift the shad', ['Shadows'])).toEqual(['a bit warmer and lift the shadows']);
});

test('what is complete or unknown offers nothing', () => {
  expect(completions('shadows ', labels)).toEqual([]);
  expect(completions('qqq', labels)).toEqual([]);
});
