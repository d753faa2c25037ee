import { beforeEach, describe, expect, it } from 'vitest';
import type { Job } from '../../api/types';
import { Painted } from './painted.svelte';

const job = (state: string, id = 'j') => ({ id, state }) as Job;
const sizes = (painted: Painted) => painted.strokes.map((stroke) => stroke.size);

describe('what was painted for a task', () => {
  let painted: Painted;

  beforeEach(() => {
    painted = new Painted();
    painted.look('a');
    painted.paint([[0.1, 0.1, 1]], 0.01, true);
    painted.paint([[0.2, 0.1, 1]], 0.02, true);
  });

  function given(state = 'queued'): void {
    painted.give('a', painted.strokes, job(state));
  }

  it('goes with the task', () => {
    given();
    expect(painted.strokes).toEqual([]);
    expect(painted.worked(job('done'))).toBe(false);
    expect(painted.strokes).toEqual([]);
  });

  it.each(['failed', 'cancelled'])('is there again when the task %s', (state) => {
    given();
    painted.worked(job('running'));
    expect(painted.worked(job(state))).toBe(true);
    expect(sizes(painted)).toEqual([0.01, 0.02]);
    expect(painted.worked(job(state))).toBe(false);
  });

  it('is there again when the task failed before it was answered', () => {
    given('failed');
    expect(sizes(painted)).toEqual([0.01, 0.02]);
  });

  it('comes before what was painted since', () => {
    given();
    painted.paint([[0.3, 0.1, 1]], 0.03, true);
    painted.worked(job('cancelled'));
    expect(sizes(painted)).toEqual([0.01, 0.02, 0.03]);
  });

  it('stays with its photo', () => {
    given();
    painted.look('b');
    painted.paint([[0.3, 0.1, 1]], 0.03, true);
    expect(painted.worked(job('failed'))).toBe(false);
    expect(sizes(painted)).toEqual([0.03]);
    painted.look('a');
    expect(sizes(painted)).toEqual([0.01, 0.02]);
    painted.look('b');
    expect(sizes(painted)).toEqual([0.03]);
  });

  it('is not touched by the jobs of others', () => {
    given();
    expect(painted.worked(job('failed', 'another'))).toBe(false);
    expect(painted.strokes).toEqual([]);
  });
});
