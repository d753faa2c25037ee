import { afterEach, describe, expect, it, vi } from 'vitest';
import { Drawing } from './drawing.svelte';

const picture = `data:image/jpeg;base64,${btoa('a picture')}`;

afterEach(() => vi.restoreAllMocks());

describe('what a model draws', () => {
  it('is shown from an address that the security policy allows', async () => {
    const made = vi.spyOn(URL, 'createObjectURL');
    const drawing = new Drawing(() => null);
    drawing.previewed({ photo: 'a', picture }, 'a');
    expect(drawing.picture).toMatch(/^blob:/);
    const held = made.mock.calls[0]?.[0] as Blob;
    expect(held.type).toBe('image/jpeg');
    expect(await held.text()).toBe('a picture');
  });

  it('gives back what is no longer shown', () => {
    const given = vi.spyOn(URL, 'revokeObjectURL');
    const drawing = new Drawing(() => null);
    drawing.previewed({ photo: 'a', picture }, 'a');
    const first = drawing.picture;
    drawing.previewed({ photo: 'a', picture }, 'a');
    expect(given).toHaveBeenLastCalledWith(first);
    drawing.picture = '';
    expect(given).toHaveBeenCalledTimes(2);
  });

  it('of another photo is not shown', () => {
    const drawing = new Drawing(() => null);
    drawing.previewed({ photo: 'a', picture }, 'b');
    expect(drawing.picture).toBe('');
  });
});
