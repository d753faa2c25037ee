import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import * as api from '../../api';
import { Pointing } from './pointing.svelte';

vi.mock('../../api');
const person = { what: 'person', box: [0.1, 0.1, 0.3, 0.5] as [number, number, number, number], person: 0 };
const dog = { what: 'dog', box: [0.2, 0.3, 0.3, 0.4] as [number, number, number, number], person: -1 };
const line = [{ x: 0.1, y: 0.2 }];
let pointing: Pointing;

async function looked(anywhere: boolean): Promise<void> {
  vi.mocked(api.getThings).mockResolvedValue({ things: [person, dog], anywhere });
  await pointing.load('a');
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.resetAllMocks();
  pointing = new Pointing((error) => {
    throw error;
  });
});
afterEach(() => vi.useRealTimers());

test('a known thing has its box at once, and its outline later, asked for once', async () => {
  await looked(false);
  vi.mocked(api.getThingOutline).mockResolvedValue([line]);
  pointing.at({ x: 0.25, y: 0.35 }, false);
  expect([pointing.over, pointing.lines[0]?.length]).toEqual([1, 4]);
  await vi.advanceTimersByTimeAsync(50);
  expect(pointing.lines).toEqual([line]);
  pointing.leave();
  expect(pointing.lines).toEqual([]);
  pointing.at({ x: 0.25, y: 0.35 }, false);
  expect(pointing.lines).toEqual([line]);
  await vi.advanceTimersByTimeAsync(1000);
  expect(api.getThingOutline).toHaveBeenCalledTimes(1);
});

test('what is looked at ahead fails in silence, unless a person waits for it by then', async () => {
  const failures: unknown[] = [];
  pointing = new Pointing((error) => failures.push(error));
  vi.mocked(api.getThings).mockRejectedValue(new Error('no'));
  await pointing.load('a', false);
  expect(failures).toEqual([]);
  const ahead = pointing.load('a', false);
  await pointing.load('a');
  await ahead;
  expect(failures).toHaveLength(1);
});

test('what has no outline keeps its box', async () => {
  await looked(false);
  vi.mocked(api.getThingOutline).mockResolvedValue([]);
  for (let i = 0; i < 2; i++) {
    pointing.at({ x: 0.25, y: 0.35 }, true);
    await vi.advanceTimersByTimeAsync(50);
    expect([pointing.over, pointing.lines[0]?.length]).toEqual([0, 4]);
    pointing.leave();
  }
});

test('while the pointer moves nothing is asked, and where it rests only once', async () => {
  await looked(true);
  vi.mocked(api.getOutlineUnder).mockResolvedValue([line]);
  for (let i = 0; i < 10; i++) {
    pointing.at({ x: 0.5 + i / 100, y: 0.6 }, false);
    await vi.advanceTimersByTimeAsync(5);
  }
  expect(api.getOutlineUnder).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(api.getOutlineUnder).toHaveBeenCalledTimes(1);
  expect(pointing.lines).toEqual([line]);
  expect(vi.getTimerCount()).toBe(0);
});

test('an answer that comes too late is dropped', async () => {
  await looked(true);
  let answer: (lines: { x: number; y: number }[][]) => void = () => undefined;
  vi.mocked(api.getOutlineUnder).mockReturnValueOnce(new Promise((resolve) => (answer = resolve)));
  pointing.at({ x: 0.6, y: 0.6 }, false);
  await vi.advanceTimersByTimeAsync(30);
  pointing.leave();
  answer([line]);
  await vi.advanceTimersByTimeAsync(30);
  expect(pointing.lines).toEqual([]);
});

test('beside all things what stands out by its colours is shown once the pointer is still', async () => {
  await looked(false);
  vi.mocked(api.getOutlineUnder).mockResolvedValue([line]);
  pointing.at({ x: 0.8, y: 0.6 }, true);
  await vi.advanceTimersByTimeAsync(1000);
  expect(api.getOutlineUnder).not.toHaveBeenCalled();
  for (let i = 0; i < 10; i++) {
    pointing.at({ x: 0.8 + i / 100, y: 0.6 }, false);
    await vi.advanceTimersByTimeAsync(100);
  }
  expect(api.getOutlineUnder).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(1000);
  expect(api.getOutlineUnder).toHaveBeenCalledTimes(1);
  expect(pointing.lines).toEqual([line]);
  pointing.at({ x: 0.25, y: 0.35 }, false);
  expect([pointing.over, pointing.lines[0]?.length]).toEqual([1, 4]);
});
