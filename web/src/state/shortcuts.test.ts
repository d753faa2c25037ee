import { beforeEach, expect, test, vi } from 'vitest';
import { current, hint } from '../shortcuts/current.svelte';
import { Bindings } from '../shortcuts/bindings';
import { Shortcuts } from './shortcuts.svelte';

let kept: { keyboard: string | null; changed: Record<string, string[]> };
let refuses = false;
let answer = Promise.resolve();
const failures: unknown[] = [];

beforeEach(() => {
  kept = { keyboard: null, changed: {} };
  refuses = false;
  answer = Promise.resolve();
  failures.length = 0;
  current.bindings = new Bindings();
  vi.stubGlobal('fetch', async (request: Request) => {
    const { method } = request;
    if (method === 'PUT') {
      const sent = (await request.json()) as typeof kept;
      await answer;
      if (!refuses) kept = sent;
    }
    const status = refuses ? 400 : 200;
    const body = refuses ? { error: { message: 'The preferences cannot be read.', remedy: 'Mend the file.' } } : kept;
    return new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json' } });
  });
});

const made = () => new Shortcuts((error) => failures.push(error));

test('the keys of the server are those of the page, and what is changed is kept there', async () => {
  kept.changed = { undo: ['Mod+B'] };
  const shortcuts = made();
  await shortcuts.load();
  expect(hint('undo', false)).toBe('Ctrl+B');
  await shortcuts.change(shortcuts.bindings.bound('crop', 0, 'Mod+J'));
  expect(kept.changed).toEqual({ undo: ['Mod+B'], crop: ['Mod+J'] });
  expect(hint('crop', false)).toBe('Ctrl+J');
});

test('without an answer there are the usual keys, and what cannot be kept is not shown as if it were', async () => {
  refuses = true;
  const shortcuts = made();
  await shortcuts.load();
  expect(hint('undo', false)).toBe('Ctrl+Z');
  expect(await shortcuts.change(shortcuts.bindings.bound('undo', 0, 'Mod+B'))).toBe(false);
  expect(hint('undo', false)).toBe('Ctrl+Z');
  expect(failures).toHaveLength(2);
});

test('another window is followed, but not against what is on its way', async () => {
  const shortcuts = made();
  await shortcuts.load();
  shortcuts.told({ keyboard: 'de', changed: { crop: ['Mod+J'] } });
  expect([hint('crop', false), hint('brush-larger', false)]).toEqual(['Ctrl+J', '.']);
  let go: () => void = () => undefined;
  answer = new Promise((resolve) => (go = resolve));
  const keeping = shortcuts.change(shortcuts.bindings.bound('crop', 0, 'Mod+B'));
  shortcuts.told({ keyboard: 'de', changed: { crop: ['Mod+J'] } });
  expect(hint('crop', false)).toBe('Ctrl+B');
  go();
  expect(await keeping).toBe(true);
  expect(kept).toEqual({ keyboard: 'de', changed: { crop: ['Mod+B'] } });
});

test('what another window changed while a request was under way is shown when that is answered', async () => {
  const shortcuts = made();
  await shortcuts.load();
  let go: () => void = () => undefined;
  answer = new Promise((resolve) => (go = resolve));
  const keeping = shortcuts.change(shortcuts.bindings.bound('crop', 0, 'Mod+B'));
  shortcuts.told({ keyboard: null, changed: { crop: ['Mod+B'] } });
  shortcuts.told({ keyboard: null, changed: { undo: ['Mod+J'] } });
  expect(hint('crop', false)).toBe('Ctrl+B');
  const put = fetch;
  vi.stubGlobal('fetch', async (request: Request) => {
    if (request.method === 'GET') kept = { keyboard: null, changed: { undo: ['Mod+J'] } };
    return put(request);
  });
  go();
  await keeping;
  expect([hint('crop', false), hint('undo', false)]).toEqual(['R', 'Ctrl+J']);
});

test('of two changes the last one stays, however long the answer to the first one takes', async () => {
  const shortcuts = made();
  await shortcuts.load();
  let go: () => void = () => undefined;
  answer = new Promise((resolve) => (go = resolve));
  const first = shortcuts.change(shortcuts.bindings.bound('crop', 0, 'Mod+B'));
  await new Promise((resolve) => setTimeout(resolve));
  answer = Promise.resolve();
  const second = shortcuts.change(shortcuts.bindings.bound('crop', 0, 'Mod+J'));
  await new Promise((resolve) => setTimeout(resolve));
  go();
  expect(await Promise.all([first, second])).toEqual([true, true]);
  expect([kept.changed.crop, hint('crop', false)]).toEqual([['Mod+J'], 'Ctrl+J']);
});

test('news that come while the server is asked are newer than its answer', async () => {
  const shortcuts = made();
  const answered = fetch;
  vi.stubGlobal('fetch', async (request: Request) => {
    const response = await answered(request);
    shortcuts.told({ keyboard: null, changed: { undo: ['Mod+J'] } });
    return response;
  });
  await shortcuts.load();
  expect(hint('undo', false)).toBe('Ctrl+J');
});
