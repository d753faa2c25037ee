import { describe, expect, it } from 'vitest';
import type { Patch } from '../develop/parameter';
import { toldOf } from './recipe';

const patch = (recipe: Record<string, unknown>, chosen = 0) => ({ recipe, chosen }) as Patch;

describe('what a patch was made with', () => {
  it('names the model, the seed of the variant that is shown, and the words', () => {
    const recipe = { model: 'sdxl', seeds: [5, 6], task: { name: 'fill', prompt: 'a red boat' } };
    expect(toldOf(patch(recipe))).toBe('Made with sdxl, seed 5: “a red boat”.');
    expect(toldOf(patch(recipe, 1))).toBe('Made with sdxl, seed 6: “a red boat”.');
  });

  it('tells what it can of a recipe from elsewhere', () => {
    expect(toldOf(patch({ model: 'lama', seeds: 'x', task: 7 }))).toBe('Made with lama.');
    expect(toldOf(patch({ model: 5 }))).toBe('');
  });

  it('tells nothing of what came from the photo itself', () => {
    expect(toldOf(patch({ engine: 'classical' }))).toBe('');
  });
});
