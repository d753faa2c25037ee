import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Job } from '../api/types';
import { Jobs } from './jobs.svelte';

const job = (state: Job['state'], done: number): Job => ({
  ...{ id: 'a', label: 'Export', state, done, total: 2, message: '', remedy: '' },
});

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('jobs', () => {
  const named = (id: string, state: Job['state']): Job => ({ ...job(state, 0), id });
  const ids = (list: Job[]): string[] => list.map(({ id }) => id);

  it('go on as they are told', () => {
    const jobs = new Jobs();
    for (const one of [job('queued', 0), job('running', 1), job('done', 2)]) jobs.update(one);
    expect(jobs.list).toEqual([job('done', 2)]);
  });

  it('do not go back when an answer comes after its events', () => {
    const jobs = new Jobs();
    jobs.update(job('running', 1));
    jobs.update(job('queued', 0));
    expect(jobs.list).toEqual([job('running', 1)]);
    jobs.update(job('done', 2));
    jobs.update(job('running', 0));
    expect(jobs.list).toEqual([job('done', 2)]);
    expect(jobs.running).toEqual([]);
  });

  it('that go on are shown before those that have ended, of which the newest comes first', () => {
    const jobs = new Jobs();
    for (const one of [named('a', 'done'), named('b', 'failed'), named('c', 'running'), named('d', 'queued')])
      jobs.update(one);
    expect(ids(jobs.shown)).toEqual(['c', 'd', 'b', 'a']);
  });

  it('that ended are folded away after a while, but for those that failed', () => {
    const jobs = new Jobs();
    for (const one of [named('a', 'done'), named('b', 'failed'), named('c', 'cancelled'), named('d', 'running')])
      jobs.update(one);
    expect(jobs.folded).toEqual([]);
    vi.advanceTimersByTime(10_000);
    expect([ids(jobs.shown), ids(jobs.folded)]).toEqual([
      ['d', 'b'],
      ['c', 'a'],
    ]);
    jobs.clear();
    expect([ids(jobs.shown), jobs.folded]).toEqual([['d'], []]);
  });
});
