import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { EVENT_NAMES, Events } from './events';
import { WriteQueue } from './queue';
import { Refused } from './refused';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('writes go one after the other, in order', async () => {
  const order: string[] = [];
  const queue = new WriteQueue();
  const write = (name: string, ms: number) => () =>
    new Promise<void>((done) =>
      setTimeout(() => {
        order.push(name);
        done();
      }, ms),
    );
  void queue.add(write('slow', 100));
  void queue.add(write('quick', 1));
  await vi.advanceTimersByTimeAsync(200);
  expect(order).toEqual(['slow', 'quick']);
});

test('a write that finds no server is kept and sent later', async () => {
  const states: boolean[] = [];
  const queue = new WriteQueue((reachable) => states.push(reachable));
  let away = true;
  const result = queue.add(async () => {
    if (away) throw new TypeError('Failed to fetch');
    return 'kept';
  });
  await vi.advanceTimersByTimeAsync(3000);
  expect(queue.length).toBe(1);
  away = false;
  await vi.advanceTimersByTimeAsync(5000);
  await expect(result).resolves.toBe('kept');
  expect(states.at(-1)).toBe(true);
  expect(states).toContain(false);
});

test('a write that the server refuses is told and the next one goes on', async () => {
  const queue = new WriteQueue();
  const refused = queue.add(async () => {
    throw new Refused('No.', 'Try another.', 422);
  });
  const next = queue.add(async () => 1);
  await expect(refused).rejects.toThrow('No.');
  await expect(next).resolves.toBe(1);
  expect(queue.length).toBe(0);
});

class FakeSource {
  static all: FakeSource[] = [];
  readyState = 0;
  onopen: (() => void) | null = null;
  onerror: (() => void) | null = null;
  listeners = new Map<string, (event: { data: string }) => void>();
  constructor() {
    FakeSource.all.push(this);
  }
  addEventListener(name: string, listener: (event: { data: string }) => void) {
    this.listeners.set(name, listener);
  }
  close() {
    this.readyState = 2;
  }
}

test('the event stream hands over its events and mends itself when the browser gives up', async () => {
  FakeSource.all.length = 0;
  const seen: unknown[] = [];
  let returns = 0;
  const events = new Events({
    url: '/api/events',
    onevent: (name, data) => seen.push([name, data]),
    onreturn: () => returns++,
    connect: () => new FakeSource() as unknown as EventSource,
  });
  const first = FakeSource.all[0];
  first?.onopen?.();
  expect(returns).toBe(0);
  for (const name of EVENT_NAMES) first?.listeners.get(name)?.({ data: '{"id":1}' });
  expect(seen).toEqual(EVENT_NAMES.map((name) => [name, { id: 1 }]));
  if (first) first.readyState = 2;
  first?.onerror?.();
  await vi.advanceTimersByTimeAsync(250);
  expect(FakeSource.all).toHaveLength(2);
  FakeSource.all[1]?.onopen?.();
  expect(returns).toBe(1);
  events.close();
});
