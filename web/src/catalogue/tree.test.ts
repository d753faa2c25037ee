import { expect, test } from 'vitest';
import { opened, tree } from './tree';

const ROOTS = [{ path: '/photos', name: 'photos' }];
const PLACES = [
  { path: '/photos', photos: 1 },
  { path: '/photos/2024/05', photos: 10 },
  { path: '/photos/2024/06', photos: 20 },
  { path: '/photos-old/x', photos: 99 },
];

test('a folder counts what is below it, and those between are there', () => {
  const [root] = tree(ROOTS, PLACES);
  expect(root).toMatchObject({ name: 'photos', photos: 31, depth: 0 });
  expect(root?.below).toMatchObject([{ name: '2024', photos: 30, depth: 1, below: [{ name: '05' }, { name: '06' }] }]);
});

test('a root of the disk and a path of Windows are folders too', () => {
  expect(tree([{ path: '/', name: '/' }], [{ path: '/a', photos: 2 }])[0]).toMatchObject({ photos: 2 });
  const [drive] = tree([{ path: 'D:\\Fotos', name: 'Fotos' }], [{ path: 'D:\\Fotos\\2024', photos: 3 }]);
  expect(drive?.below).toMatchObject([{ name: '2024', photos: 3 }]);
});

test('what is closed is not in sight', () => {
  const roots = tree(ROOTS, PLACES);
  expect(opened(roots, new Set()).map((b) => b.name)).toEqual(['photos']);
  expect(opened(roots, new Set(['/photos', '/photos/2024'])).map((b) => b.name)).toEqual([
    'photos',
    '2024',
    '05',
    '06',
  ]);
});
