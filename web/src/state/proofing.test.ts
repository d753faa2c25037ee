import { beforeEach, expect, test, vi } from 'vitest';
import { choices } from './choices';
import { AS_EXPORTED, Proofing } from './proofing.svelte';

const api = vi.hoisted(() => ({ getExportPresets: vi.fn() }));
vi.mock('../api', () => api);

const SPACES = [
  { name: 'srgb', label: 'sRGB' },
  { name: 'adobe-rgb', label: 'Adobe RGB (1998)' },
];
let shown: number;
let failures: unknown[];
const settle = () => new Promise((resolve) => setTimeout(resolve));

function proofing(): Proofing {
  return new Proofing({ onshow: () => shown++, onfailed: (error) => failures.push(error) });
}

beforeEach(() => {
  localStorage.clear();
  shown = 0;
  failures = [];
  api.getExportPresets.mockReset().mockResolvedValue({ presets: [], profiles: ['paper.icc'] });
});

test('it begins with what exports are made with, and follows that', () => {
  choices.set({ ...choices.get(), space: 'adobe-rgb', intent: 'perceptual', black_point: false });
  const proof = proofing();
  expect(proof.wish).toBeNull();
  proof.toggle();
  const wish = { space: 'adobe-rgb', icc: '', intent: 'perceptual', black_point: false, warn: true };
  expect(proof.wish).toEqual(wish);
  expect(proof.options(SPACES)[0]).toEqual({ value: AS_EXPORTED, label: 'As exported: Adobe RGB (1998)' });
  choices.set({ ...choices.get(), icc: 'paper.icc' });
  proof.exported();
  expect(proof.wish).toEqual({ ...wish, icc: 'paper.icc' });
  proof.toggle();
  expect(proof.wish).toBeNull();
  expect(shown).toBe(3);
});

test('another profile can be chosen, and is chosen the next time', async () => {
  const proof = proofing();
  proof.toggle();
  await settle();
  expect(proof.options(SPACES).map(({ value }) => value)).toEqual(['', 'srgb', 'adobe-rgb', 'icc:paper.icc']);
  proof.choose('icc:paper.icc');
  expect(proof.wish).toMatchObject({ icc: 'paper.icc' });
  proof.exported();
  expect(proof.wish).toMatchObject({ icc: 'paper.icc' });
  const next = proofing();
  next.toggle();
  expect(next.wish).toMatchObject({ icc: 'paper.icc' });
});

test('a profile that is kept no longer gives way to that of exports', async () => {
  const proof = proofing();
  proof.choose('icc:gone.icc');
  proof.toggle();
  await settle();
  expect(proof.wish).toMatchObject({ space: 'srgb', icc: '' });
});

test('the warning goes off and on, and brings the proof with it', () => {
  const proof = proofing();
  proof.toggleWarning();
  expect([proof.active, proof.wish?.warn]).toEqual([true, true]);
  proof.toggleWarning();
  expect([proof.active, proof.wish?.warn]).toEqual([true, false]);
  proof.toggle();
  proof.toggleWarning();
  expect(proof.wish?.warn).toBe(true);
});

test('without the list of profiles there is a proof all the same', async () => {
  api.getExportPresets.mockRejectedValue(new Error('away'));
  const proof = proofing();
  proof.toggle();
  await settle();
  expect(failures).toHaveLength(1);
  expect(proof.wish).not.toBeNull();
});
