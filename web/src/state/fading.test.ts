import { beforeEach, expect, test, vi } from 'vitest';
import type { Settings } from '../api/types';
import { Editor } from './editor.svelte';
import { Fading } from './fading.svelte';
import { Server } from './server.testing';

let server: Server;
let editor: Editor;
let fading: Fading;
const faded: number[] = [];
const failures: unknown[] = [];

beforeEach(async () => {
  server = new Server();
  faded.length = failures.length = 0;
  vi.stubGlobal('fetch', async (request: Request) => {
    const url = new URL(request.url);
    if (!url.pathname.endsWith('/faded')) return server.fetch(request);
    const amount = Number(url.searchParams.get('amount'));
    faded.push(amount);
    const settings: Settings = { exposure: amount * 2, contrast: amount * 40 };
    return new Response(JSON.stringify({ settings }), { headers: { 'content-type': 'application/json' } });
  });
  editor = new Editor({
    onchange: () => undefined,
    onopening: () => undefined,
    onphoto: () => undefined,
    onclosed: () => undefined,
    onfailed: (error) => failures.push(error),
    onreachable: () => undefined,
  });
  fading = new Fading(editor, (error) => failures.push(error));
  server.entries.push({ label: 'Restyle', settings: { exposure: 2, contrast: 40 } });
  server.position = 1;
  await editor.open('a');
});

test('a step is seen in part while the hand moves, of many wishes the newest, and is one step when it rests', async () => {
  expect(fading.step).toEqual({ index: 1, label: 'Restyle' });
  expect(fading.percent).toBe(100);
  for (const percent of [90, 70, 50]) fading.move(percent);
  await fading.rest();
  await vi.waitFor(() => expect(server.position).toBe(2));
  expect(faded).toEqual([0.9, 0.5]);
  expect(server.entries.at(-1)).toEqual({ label: 'Restyle: 50 %', settings: { exposure: 1, contrast: 20 } });
  expect(failures).toEqual([]);
});

test('what was faded can be faded again, from the whole step', async () => {
  fading.move(50);
  await fading.rest();
  await vi.waitFor(() => expect(editor.photo?.history.position).toBe(2));
  expect(fading.step).toEqual({ index: 1, label: 'Restyle' });
  expect(fading.percent).toBe(50);
  fading.move(120);
  await fading.rest();
  await vi.waitFor(() => expect(server.entries.at(-1)?.label).toBe('Restyle: 120 %'));
  editor.undo();
  await vi.waitFor(() => expect(fading.percent).toBe(50));
});

test('another step at the place of one that was taken back is a step of its own', async () => {
  fading.move(50);
  await fading.rest();
  await vi.waitFor(() => expect(editor.photo?.history.position).toBe(2));
  editor.undo();
  await vi.waitFor(() => expect(editor.photo?.history.position).toBe(1));
  editor.preview({ exposure: 3 }, null, false);
  editor.commit('Exposure +3.00');
  await vi.waitFor(() => expect(editor.photo?.history.position).toBe(2));
  expect(fading.step).toEqual({ index: 2, label: 'Exposure +3.00' });
  expect(fading.percent).toBe(100);
});

test('a key press is kept when the photo is left at once', async () => {
  await fading.nudge(90);
  editor.flush();
  await vi.waitFor(() => expect(server.entries.at(-1)?.label).toBe('Restyle: 90 %'));
});

test('the untouched photo has nothing to fade', async () => {
  server.position = 0;
  await editor.open('a');
  expect(fading.step).toBeNull();
  await fading.rest();
  expect(faded).toEqual([]);
});
