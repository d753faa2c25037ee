import { beforeEach, expect, test, vi } from 'vitest';
import { Completing } from './completing.svelte';
import type { Editor } from '../editor.svelte';

const api = vi.hoisted(() => ({ getCompletions: vi.fn() }));
vi.mock('../../api', () => api);

let completing: Completing;

beforeEach(() => {
  vi.resetAllMocks();
  vi.useFakeTimers();
  completing = new Completing({ photo: { id: 'a' } } as Editor, () => ['Shadows']);
});

test('labels are there at once, and a moment later what the server understands instead', async () => {
  api.getCompletions.mockResolvedValue(['lift the sky']);
  completing.typed('lift the s');
  completing.typed('lift the sh');
  expect(completing.of('lift the sh')).toEqual(['lift the shadows ']);
  await vi.advanceTimersByTimeAsync(200);
  expect(api.getCompletions).toHaveBeenCalledExactlyOnceWith('a', 'lift the sh');
  expect(completing.of('lift the sh')).toEqual(['lift the sky']);
});

test('while one types on, only what still begins so is offered', async () => {
  api.getCompletions.mockResolvedValue(['darken the sky', 'darken the skin']);
  completing.typed('darken the sk');
  await vi.advanceTimersByTimeAsync(200);
  expect(completing.of('darken the ski')).toEqual(['darken the skin']);
  expect(completing.of('')).not.toContain('darken the skin');
});

test('a server that does not answer costs nothing', async () => {
  api.getCompletions.mockRejectedValue(new TypeError('gone'));
  completing.typed('lift the sh');
  await vi.advanceTimersByTimeAsync(200);
  expect(completing.of('lift the sh')).toEqual(['lift the shadows ']);
});
