import { expect, test } from 'vitest';
import { Following } from './following.svelte';

const steps = [{ says: 'Shadows 0 → +20', state: 'done' as const, checks: [] }];

test('steps that are told before anybody waits for them are shown, and those of another plan are not', () => {
  const plan = new Following();
  plan.carried({ photo: 'a', turn: 't', steps });
  expect(plan.steps).toEqual([]);
  plan.begin('t');
  expect(plan.steps).toEqual(steps);
  plan.carried({ photo: 'b', turn: 'another', steps: [] });
  expect(plan.steps).toEqual(steps);
  plan.end();
  expect(plan.steps).toEqual([]);
});
