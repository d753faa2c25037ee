import { expect, test } from 'vitest';
import type { App } from './app.svelte';
import { placeOf } from './places';

/** What opening the place of a command does to the page. */
function opened(command: string): unknown {
  let shown: unknown;
  const app = {
    showEngines: (...to: unknown[]) => (shown = to),
    retouching: { switchGenerated: (on: boolean) => (shown = on) },
    set dialog(name: string) {
      shown = name;
    },
  };
  placeOf(command)?.open?.(app as unknown as App);
  return shown;
}

test('a command of which the page has the like is told by the name that it has there', () => {
  expect(placeOf('stillbytes models pull lama')?.label).toBe('Download lama');
  expect(placeOf('stillbytes models list --task see')?.label).toBe('List of models');
  expect(placeOf('--engine classical')).toEqual({ label: 'Engine: classical', open: null });
});

test('it leads there', () => {
  expect(opened('stillbytes models pull sdxl-base-fp16 ip-adapter-sdxl')).toEqual(['models', 'sdxl-base-fp16']);
  expect(opened('stillbytes models list')).toEqual(['models', '']);
  expect(opened('stillbytes engines stop comfyui')).toEqual(['card']);
  expect(opened('stillbytes gpu plan')).toEqual(['plan']);
  expect(opened('stillbytes generated --on')).toBe(true);
  expect(opened('stillbytes library add DIR')).toBe('folder');
});

test('what only the command line can do stays a command', () => {
  for (const one of ['stillbytes engines install comfyui', 'stillbytes doctor', 'CREDITS.txt'])
    expect(placeOf(one)).toBeNull();
});
