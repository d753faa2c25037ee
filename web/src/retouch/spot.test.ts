import { expect, test } from 'vitest';
import type { Patch } from '../develop/parameter';
import { parametersOf, sized, spotOf, versionOf, withSpot } from './spot';

const patch: Patch = {
  id: 'a',
  name: 'Heal',
  task: 'heal',
  rect: [0, 0, 1, 1],
  variants: [],
  chosen: 0,
  grain: false,
  opacity: 1,
  enabled: true,
  mask: {},
  recipe: { engine: 'classical', centre: [0.4, 0.3], radius: 0.02, feather: 50, source: [0.5, 0.3], found: true },
};

test('a spot is read from its recipe and written back', () => {
  const spot = spotOf(patch);
  expect(spot).toMatchObject({ centre: { x: 0.4, y: 0.3 }, source: { x: 0.5, y: 0.3 }, found: true });
  if (!spot) return;
  expect(withSpot(patch, spot, 1000).recipe).toEqual(patch.recipe);
  const even = { ...spot, centre: { x: 0.5, y: 0.25 }, radius: 0.03125 };
  expect(withSpot(patch, even, 1024).rect).toEqual([480, 224, 65, 65]);
  expect(parametersOf(spot)).toEqual({ centre: [0.4, 0.3], radius: 0.02, feather: 50 });
});

test('a source that the recipe leaves open is what the server found', () => {
  const { source: _, found: __, ...open } = patch.recipe;
  const pasted = { ...patch, recipe: open };
  expect(spotOf(pasted)?.source).toBeNull();
  const told = { centre: [0.4, 0.3], radius: 0.02, feather: 50, source: [0.1, 0.2], found: true };
  const state = { id: 'a', lost: false, generated: false, spot: told };
  expect(spotOf(pasted, state as never)).toMatchObject({ source: { x: 0.1, y: 0.2 }, found: true });
});

test('other patches are no spots', () => {
  expect(spotOf({ ...patch, task: 'remove' })).toBeNull();
  expect(spotOf({ ...patch, variants: ['0'.repeat(24)] })).toBeNull();
});

test('a radius stays within what the server takes', () => {
  const spot = spotOf(patch);
  if (!spot) throw new Error('no spot');
  expect(sized(spot, 1000).radius).toBe(0.125);
  expect(sized(spot, 0).radius).toBe(0.0005);
});

test('small pictures have another address when what they show is another', () => {
  expect(versionOf(patch)).toBe(versionOf({ ...patch, opacity: 0.5, name: 'Dust' }));
  expect(versionOf(patch)).not.toBe(versionOf({ ...patch, recipe: { ...patch.recipe, radius: 0.03 } }));
});
