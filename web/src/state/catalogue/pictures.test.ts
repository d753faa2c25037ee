import { beforeEach, expect, test, vi } from 'vitest';
import type { Preview } from '../../catalogue/records';
import { Pictures } from './pictures.svelte';

type Ask = {
  numbers: number[];
  tier: string;
  ahead: boolean;
  signal: AbortSignal;
  send: (number: number, state?: Preview['state']) => void;
  end: () => void;
};
const asks = vi.hoisted(() => [] as Ask[]);
vi.mock('../../api/library', () => ({
  streamPreviews: (numbers: number[], tier: string, ahead: boolean, on: (p: Preview) => void, signal: AbortSignal) =>
    new Promise<void>((resolve) => {
      signal.addEventListener('abort', () => resolve());
      const send = (number: number, state: Preview['state'] = 'final') => on({ number, state, jpeg: new Uint8Array() });
      asks.push({ numbers, tier, ahead, signal, send, end: resolve });
    }),
}));
const settle = () => new Promise((resolve) => setTimeout(resolve));
let pictures: Pictures;

beforeEach(() => {
  asks.length = 0;
  vi.stubGlobal('createImageBitmap', () => Promise.resolve({ width: 3, height: 2, close: () => undefined }));
  pictures = new Pictures((error) => {
    throw error;
  });
});

test('what is shown is asked for first, and what may be next ahead', async () => {
  pictures.look([1], [2, 3], false);
  expect(asks.map(({ numbers, ahead }) => [numbers, ahead])).toEqual([
    [[1], false],
    [[2, 3], true],
  ]);
  asks[0]?.send(1);
  await settle();
  expect(pictures.of(1)?.final).toBe(true);
});

test('a photo gone to before its picture is there is asked for at once', async () => {
  pictures.look([1], [2], false);
  pictures.look([2], [3, 1], false);
  expect(asks.some(({ numbers, ahead }) => numbers.includes(2) && !ahead)).toBe(true);
  asks.find(({ numbers, ahead }) => numbers.includes(2) && !ahead)?.send(2);
  await settle();
  expect(pictures.of(2)?.final).toBe(true);
  expect(asks[1]?.signal.aborted).toBe(true);
});

test('one that cannot be shown is not asked for again and again', async () => {
  pictures.look([1], [], false);
  asks[0]?.send(1, 'none');
  asks[0]?.end();
  await settle();
  pictures.look([1], [], false);
  expect(asks).toHaveLength(1);
});

test('every pixel is asked for when it is wanted, and again when the photo was changed', async () => {
  pictures.look([1], [], true);
  expect(asks.map(({ tier }) => tier)).toEqual(['screen', 'full']);
  for (const ask of asks) {
    ask.send(1);
    ask.end();
  }
  await settle();
  expect(pictures.of(1)?.tier).toBe('full');
  pictures.stale([1]);
  pictures.look([1], [], true);
  expect(asks).toHaveLength(4);
});
