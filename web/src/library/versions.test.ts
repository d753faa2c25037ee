import { expect, test } from 'vitest';
import { titled, unnamed } from './versions';

test('a version is called after its photo and its own name', () => {
  expect(titled({ name: 'a.nef' })).toBe('a.nef');
  expect(titled({ name: 'a.nef', version_name: '' })).toBe('a.nef');
  expect(titled({ name: 'a.nef', version_name: 'Grey' })).toBe('a.nef / Grey');
});

test('snapshots taken in one second have names apart', () => {
  const now = new Date(2026, 10, 30, 5, 0, 0);
  const first = unnamed([], now);
  const second = unnamed([first.toUpperCase()], now);
  expect(second).not.toBe(first);
  expect(unnamed([first, second], now)).not.toBe(second);
});
