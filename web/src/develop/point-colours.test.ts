import { expect, test } from 'vitest';
import { labOf, shownColour } from './point-colours';

test('a colour comes back from Oklab', () => {
  for (const colour of ['#000000', '#ffffff', '#3060a0', '#e08040', '#00ff00']) {
    expect(shownColour(labOf(colour))).toBe(colour);
  }
});

test('greys have no chroma', () => {
  const [lightness, a, b] = labOf('#808080');
  expect(lightness).toBeCloseTo(0.6, 2);
  expect(Math.hypot(a, b)).toBeLessThan(1e-4);
});
