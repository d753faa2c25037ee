import { beforeEach, expect, test, vi } from 'vitest';
import { jpegUrl } from '../../catalogue/data-url';
import type { Preview } from '../../catalogue/records';
import { Thumbnails } from './thumbnails.svelte';

type Ask = {
  numbers: number[];
  signal: AbortSignal;
  send: (number: number, state?: Preview['state']) => void;
  end: () => void;
};
const asks = vi.hoisted(() => [] as Ask[]);
let sent = 0;
vi.mock('../../api/library', () => ({
  streamPreviews: (numbers: number[], _t: string, _a: boolean, on: (p: Preview) => void, signal: AbortSignal) =>
    new Promise<void>((resolve) => {
      signal.addEventListener('abort', () => resolve());
      const send = (number: number, state: Preview['state'] = 'final') =>
        on({ number, state, jpeg: Uint8Array.of(++sent) });
      asks.push({ numbers, signal, send, end: resolve });
    }),
}));
const settle = () => new Promise((resolve) => setTimeout(resolve));
let thumbnails: Thumbnails;
const url = (jpeg: number) => jpegUrl(Uint8Array.of(jpeg));

beforeEach(() => {
  asks.length = 0;
  sent = 0;
  thumbnails = new Thumbnails((error) => {
    throw error;
  });
});

test('what is in sight is asked for once', () => {
  thumbnails.look([1, 2, 3]);
  thumbnails.look([2, 3, 4]);
  expect(asks.map(({ numbers }) => numbers)).toEqual([[1, 2, 3], [4]]);
  asks[0]?.send(2);
  expect(thumbnails.of(2)).toEqual({ url: url(1), final: true });
});

test('what was scrolled past is no longer waited for, and makes room for what is there now', async () => {
  thumbnails.look([1, 2]);
  thumbnails.look([3, 4]);
  thumbnails.look([5, 6]);
  expect(asks.slice(0, 2).every(({ signal }) => signal.aborted)).toBe(true);
  await settle();
  expect(asks.at(-1)?.numbers).toEqual([5, 6]);
  expect(asks.at(-1)?.signal.aborted).toBe(false);
});

test('what was scrolled past is asked for again when it comes back', async () => {
  thumbnails.look([1]);
  thumbnails.look([2]);
  await settle();
  expect(thumbnails.of(1)).toBeUndefined();
  thumbnails.look([1]);
  await settle();
  expect(asks.at(-1)?.numbers).toEqual([1]);
});

test('an edited photo is shown as the camera saw it until the edit is there', () => {
  thumbnails.look([1]);
  asks[0]?.send(1, 'provisional');
  expect(thumbnails.of(1)?.final).toBe(false);
  asks[0]?.send(1);
  expect(thumbnails.of(1)).toEqual({ url: url(2), final: true });
});

test('a photo that changed keeps its old picture until there is a new one', async () => {
  thumbnails.look([1]);
  asks[0]?.send(1);
  asks[0]?.end();
  await settle();
  thumbnails.stale([1]);
  expect(thumbnails.of(1)?.url).toBe(url(1));
  expect(asks.at(-1)?.numbers).toEqual([1]);
  asks.at(-1)?.send(1, 'provisional');
  expect(thumbnails.of(1)?.url).toBe(url(1));
  asks.at(-1)?.send(1);
  expect(thumbnails.of(1)?.url).toBe(url(3));
});

test('what has no picture is not asked for again', async () => {
  thumbnails.look([1, 2]);
  asks[0]?.send(1, 'none');
  asks[0]?.end();
  await settle();
  expect([thumbnails.of(1)?.broken, thumbnails.of(2)?.broken]).toEqual([true, true]);
  thumbnails.look([1, 2]);
  expect(asks).toHaveLength(1);
});
