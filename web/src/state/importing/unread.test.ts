import { expect, test } from 'vitest';
import type { ImportShot } from '../../api/imports';
import { told, unread } from './unread';

const shot = (name: string, problem = ''): ImportShot => ({
  name,
  problem,
  kinds: [],
  taken: null,
  camera: '',
  size: 1,
});

test('a RAW beside a JPEG that can be read, and shots of which nothing can, are counted and named', () => {
  const raw = { path: '/card/DCIM/IMG_1.CR3', message: 'IMG_1.CR3 cannot be read: Input/output error.' };
  const found = unread([raw], [shot('IMG_1'), shot('IMG_2', 'IMG_2.JPG is gone.')]);
  expect(told(found)).toBe('2 cannot be read and will not be copied: IMG_1.CR3, IMG_2.');
  expect(found[1]?.message).toBe('IMG_2.JPG is gone.');
});

test('of many the first are named', () => {
  const many = Array.from({ length: 1200 }, (_, at) => ({ path: `E:\\DCIM\\${at}.NEF`, message: '' }));
  expect(told(many)).toMatch(/^1.200 cannot be read .*: 0.NEF, 1.NEF, 2.NEF and 1.197 more\.$/);
});

test('of a whole card nothing is told', () => {
  expect(unread([], [shot('IMG_1')])).toEqual([]);
});
