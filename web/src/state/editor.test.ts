import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Settings } from '../api/types';
import { Editor } from './editor.svelte';
import { Server, contrast, crop, exposure } from './server.testing';

let server: Server;
let editor: Editor;
const asked: boolean[] = [];
const failures: unknown[] = [];
const closed: boolean[] = [];
const opening: string[] = [];
const settle = () => vi.advanceTimersByTimeAsync(0);
const labels = () => server.entries.map((e) => e.label);

beforeEach(async () => {
  vi.useFakeTimers();
  server = new Server();
  vi.stubGlobal('fetch', server.fetch);
  asked.length = failures.length = opening.length = closed.length = 0;
  editor = new Editor({
    onchange: (draft) => asked.push(draft),
    onopening: (id) => opening.push(id),
    onphoto: () => undefined,
    onclosed: () => closed.push(true),
    onfailed: (error) => failures.push(error),
    onreachable: () => undefined,
  });
  editor.groups = [
    { name: 'Tone', label: 'Tone', parameters: [exposure, contrast] },
    { name: 'Crop', label: 'Crop', parameters: crop },
  ];
  await editor.open('a');
  server.requests.length = 0;
});

afterEach(async () => {
  // What a test left under way ends before the server is gone.
  await vi.advanceTimersByTimeAsync(10_000);
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test('a drag asks for drafts and is stored once, with its value as the name', async () => {
  for (const value of [0.1, 0.4, 0.7]) editor.change(exposure, value);
  expect(asked).toEqual([true, true, true]);
  expect(server.requests).toEqual([]);
  editor.commitParameter(exposure);
  await settle();
  expect(labels()).toEqual(['Opened', 'Exposure +0.70']);
  expect(editor.photo?.history.can_undo).toBe(true);
});

test('after a photo that cannot be read none is open, so that nobody changes the one before under its name', async () => {
  editor.change(exposure, 1);
  editor.commitParameter(exposure);
  await editor.open('empty');
  await settle();
  expect([editor.photo, editor.settings, closed]).toEqual([null, {}, [true]]);
  expect(failures).toHaveLength(1);
  editor.change(exposure, 2);
  editor.commitParameter(exposure);
  await settle();
  expect(labels()).toEqual(['Opened', 'Exposure +1.00']);
  await editor.open('a');
  expect(editor.settings).toEqual({ exposure: 1 });
});

test('a server that does not answer leaves the photo open', async () => {
  server.away = true;
  await editor.open('b');
  expect(editor.photo?.id).toBe('a');
});

test('a photo that is being opened cannot be edited before it is there', async () => {
  const there = editor.open('a');
  editor.change(exposure, 1);
  expect(editor.settings).toEqual({});
  await there;
  editor.change(exposure, 1);
  expect(editor.settings).toEqual({ exposure: 1 });
  expect(opening).toEqual(['a', 'a']);
});

test('nothing is stored when nothing changed', async () => {
  editor.change(exposure, 0.7);
  editor.change(exposure, 0);
  editor.commitParameter(exposure);
  await settle();
  expect(server.requests).toEqual([]);
});

test('key presses in a row are one entry', async () => {
  for (const value of [0.05, 0.1, 0.15]) {
    editor.change(exposure, value, null, false);
    editor.commitSoon(exposure);
    await vi.advanceTimersByTimeAsync(200);
  }
  await vi.advanceTimersByTimeAsync(700);
  expect(labels()).toEqual(['Opened', 'Exposure +0.15']);
});

test('key presses on different sliders are an entry each', async () => {
  editor.change(exposure, 0.05, null, false);
  editor.commitSoon(exposure);
  editor.change(contrast, 2, null, false);
  editor.commitSoon(contrast);
  await vi.advanceTimersByTimeAsync(700);
  expect(labels()).toEqual(['Opened', 'Exposure +0.05', 'Contrast +2']);
  expect(server.entries[1]?.settings).toEqual({ exposure: 0.05 });
});

test('undo stores first what is still waiting, then takes it back', async () => {
  editor.change(exposure, 0.05, null, false);
  editor.commitSoon(exposure);
  editor.undo();
  await settle();
  expect(editor.settings).toEqual({});
  editor.redo();
  await settle();
  expect(editor.settings).toEqual({ exposure: 0.05 });
});

test('what was changed elsewhere is shown, but never over what the hand is doing', async () => {
  server.entries.push({ label: 'Paste', settings: { exposure: 2 } });
  server.position = 1;
  await editor.refresh();
  expect(editor.settings).toEqual({ exposure: 2 });
  editor.change(exposure, 1);
  await editor.refresh();
  expect(editor.settings).toEqual({ exposure: 1 });
});

function elsewhere(settings: Settings): void {
  server.entries.push({ label: 'Paste', settings });
  server.position = server.entries.length - 1;
}

test('what was changed elsewhere while something was tried is shown when the trial is taken back', async () => {
  const plain = editor.settings;
  editor.change(exposure, 1);
  elsewhere({ contrast: 20 });
  await editor.refresh();
  expect(editor.settings).toEqual({ exposure: 1 });
  editor.preview(plain, null, false);
  await settle();
  expect(editor.settings).toEqual({ contrast: 20 });
});

test('what was changed elsewhere after a write, and told before its answer, is shown', async () => {
  editor.change(exposure, 1);
  server.hold();
  editor.commitParameter(exposure);
  await settle();
  elsewhere({ contrast: 20 });
  await editor.refresh();
  server.answer(0);
  await settle();
  expect(editor.settings).toEqual({ contrast: 20 });
});

test('what is changed by something else that is sent, and told before its answer, is shown', async () => {
  const sent = editor.queue.add(async () => {
    elsewhere({ contrast: 20 });
    await editor.refresh();
    expect(editor.settings).toEqual({});
  });
  await sent;
  await settle();
  expect(editor.settings).toEqual({ contrast: 20 });
});

test('the photo that is meant is that on its way', async () => {
  server.hold();
  void editor.open('b');
  const meant = editor.arrived();
  await settle();
  server.answer(0);
  expect((await meant)?.id).toBe('b');
});

test('an answer that comes after that to a newer question is out of date', async () => {
  server.hold();
  const first = editor.refresh();
  await settle();
  elsewhere({ contrast: 20 });
  const second = editor.refresh();
  await settle();
  server.answer(1);
  await second;
  server.answer(0);
  await first;
  expect(editor.settings).toEqual({ contrast: 20 });
});

test('the settings are those that the server stored, once it has answered', async () => {
  server.rounds = true;
  editor.change(exposure, 0.704);
  editor.commitParameter(exposure);
  await settle();
  expect(editor.settings).toEqual({ exposure: 0.7 });
});

test('an answer does not take back what the hand has done meanwhile', async () => {
  editor.change(exposure, 0.7);
  editor.commitParameter(exposure);
  editor.change(exposure, 1.2);
  await settle();
  expect(editor.settings).toEqual({ exposure: 1.2 });
  expect(editor.photo?.history.entries).toHaveLength(1);
});

test('what is changed while the server is away reaches it later', async () => {
  server.away = true;
  editor.change(exposure, 0.7);
  editor.commitParameter(exposure);
  await vi.advanceTimersByTimeAsync(4000);
  expect(labels()).toEqual(['Opened']);
  server.away = false;
  await vi.advanceTimersByTimeAsync(6000);
  expect(labels()).toEqual(['Opened', 'Exposure +0.70']);
});

test('what the server refuses is told and put back', async () => {
  server.refuses = true;
  editor.change(exposure, 0.7);
  editor.commitParameter(exposure);
  await settle();
  await settle();
  expect(failures).toMatchObject([{ message: 'Exposure cannot be that.', remedy: 'Use less.' }]);
  expect(editor.settings).toEqual({});
});

test('a process has a row where an edit has an older one', () => {
  const process = { ...contrast, name: 'tone_process', label: 'Tone process', kind: 'choice' as const, process: true };
  editor.groups = [{ name: 'Tone', label: 'Tone', parameters: [exposure, process] }];
  const rows = () => editor.panel.flatMap((g) => g.parameters.map((p) => p.name));
  expect(rows()).toEqual(['exposure']);
  editor.settings = { exposure: 1, tone_process: '1' };
  expect(rows()).toEqual(['exposure', 'tone_process']);
});

test('the crop has its tool and no sliders', () => {
  expect(editor.panel.map((g) => g.name)).toEqual(['Tone']);
});

describe('turning', () => {
  test('goes round in quarters and comes back', async () => {
    for (let i = 0; i < 3; i++) editor.turn(90);
    expect(editor.settings.rotate).toBe('270');
    expect(editor.developed).toEqual({ width: 4000, height: 6000 });
    editor.turn(90);
    expect(editor.settings).toEqual({});
  });

  test('mirrors what is seen, also after a quarter turn', () => {
    editor.flip('horizontal');
    expect(editor.settings).toEqual({ flip_horizontal: true });
    editor.flip('horizontal');
    editor.turn(90);
    editor.flip('horizontal');
    expect(editor.settings).toEqual({ rotate: '90', flip_vertical: true });
  });
});
