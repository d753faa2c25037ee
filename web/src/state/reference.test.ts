import { beforeEach, expect, test, vi } from 'vitest';
import { Reference, type Shown } from './reference.svelte';
import type { Viewer } from './viewer.svelte';

const one: Shown = { id: 'a', name: 'a.dng' };
const other: Shown = { id: 'b', name: 'b.dng' };
const calls: string[] = [];
const failures: unknown[] = [];
let unreadable: () => void;
let refresh: () => Promise<void>;
let reference: Reference;

/** Stands for the one that draws. */
class Looking {
  id: string | null = null;
  constructor() {
    calls.push('begun');
  }
  show(id: string) {
    this.id = id;
    calls.push(`show ${id}`);
  }
  changed = () => (calls.push('changed'), refresh());
  redraw = () => void calls.push('redrawn');
  close = () => void calls.push('closed');
}

beforeEach(() => {
  calls.length = failures.length = 0;
  refresh = () => Promise.resolve();
  reference = new Reference(
    (error) => failures.push(error),
    (onclosed) => {
      unreadable = onclosed;
      return new Looking() as unknown as Viewer;
    },
  );
});

test('nothing is looked at before one is chosen, and the photo that is there becomes the first', () => {
  reference.toggle(null);
  expect(reference.shown).toBe(false);
  expect(calls).toEqual([]);
  reference.toggle(one);
  expect([reference.shown, reference.photo]).toEqual([true, one]);
});

test('the one that was chosen comes back, whichever photo is developed meanwhile', () => {
  reference.choose(one);
  reference.toggle(other);
  expect(reference.shown).toBe(false);
  reference.toggle(other);
  expect(reference.photo).toEqual(one);
  expect(calls).toEqual(['begun', 'show a', 'closed', 'begun', 'show a']);
});

test('another takes its place without a new connection', () => {
  reference.choose(one);
  reference.choose(other);
  expect(calls).toEqual(['begun', 'show a', 'show b']);
});

test('only its own changes are followed', async () => {
  reference.changed('a');
  reference.choose(one);
  reference.changed('b');
  expect(calls).toEqual(['begun', 'show a']);
  reference.changed('a');
  reference.changed('a', true);
  expect(calls.slice(2)).toEqual(['changed', 'redrawn']);
  refresh = () => Promise.reject(new Error('away'));
  reference.changed('a');
  await vi.waitFor(() => expect(failures).toHaveLength(1));
});

test('one that cannot be read is none', () => {
  reference.choose(one);
  unreadable();
  expect([reference.shown, reference.photo]).toEqual([false, null]);
  reference.toggle(other);
  expect(reference.photo).toEqual(other);
});
