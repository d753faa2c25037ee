import { expect, test } from 'vitest';
import type { Folder, PhotoEntry } from '../api/types';
import { Library } from './library.svelte';

const photo = (id: string, edited: boolean): PhotoEntry => ({ id, name: id, edited }) as PhotoEntry;

test('where pixels of models come or go, thumbnails of edited photos are fetched anew', () => {
  const library = new Library();
  library.folder = { photos: [photo('plain', false), photo('filled', true)] } as Folder;
  const before = ['plain', 'filled'].map((id) => library.version(id));
  expect(library.redrawn()).toEqual(['filled']);
  expect(library.version('plain')).toBe(before[0]);
  expect(library.version('filled')).not.toBe(before[1]);
});
