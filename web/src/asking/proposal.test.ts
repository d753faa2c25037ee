import { describe, expect, test } from 'vitest';
import type { Parameter, Proposal } from '../api/types';
import { at, linesOf, moved, taken } from './proposal';

const base = { group: 'Tone', operation: 'tone', kind: 'number', unit: '', choices: [], gradient: [], says: '' };
const number = (name: string, minimum: number, maximum: number, more: Partial<Parameter> = {}): Parameter => ({
  ...base,
  ...{ name, label: name, minimum, maximum, step: 1, scale: 'linear', default: 0, ...more },
});
const shadows = number('shadows', -100, 100);
const temperature = number('temperature', 2000, 50000, { default: null, scale: 'log', unit: 'K' });
const grey = number('black_and_white', 0, 1, { kind: 'toggle', default: false });
const parameters = [
  shadows,
  temperature,
  grey,
  number('crop_left', 0, 1),
  number('exposure', -5, 5, { step: 0.01, unit: 'EV' }),
];
const declared = (name: string) => parameters.find((p) => p.name === name);
const row = (parameter: string, from: unknown, to: unknown, start: number | null = null) => ({
  ...{ parameter, label: parameter, unit: '', from, to, start },
});
const step = (
  tool: 'set' | 'mask' | 'crop' | 'undo' | 'task' | 'preset' | 'search',
  rows: ReturnType<typeof row>[],
  more = {},
) => ({
  ...{ tool, says: 'Crop', rows, name: '', mask: null, adjustment: '', count: 1, task: null, ...more },
});
const proposal = (...steps: ReturnType<typeof step>[]): Proposal => ({
  ...{ request: 'x', engine: 'vocabulary', understood: true, message: '', steps, base: 'd' },
  ...{ settings: { exposure: 1, shadows: 10 }, found: [], seeks: [], alone: false, turn: 't' },
});

describe('a part of a row', () => {
  test('lies between, evenly on the scale of the slider', () => {
    expect(at(row('shadows', 10, 30), shadows, 0.5)).toBe(20);
    expect(at(row('temperature', null, 8000, 5000), temperature, 0.5)).toBeCloseTo(Math.sqrt(5000 * 8000));
    expect(at(row('temperature', null, 8000, 5000), temperature, 0)).toBeNull();
    expect(at(row('shadows', 10, 80), shadows, 1.5)).toBe(100);
    expect(at(row('black_and_white', false, true), grey, 0.3)).toBe(true);
  });

  test('is told with its unit', () => {
    expect(moved(row('temperature', null, 5800, 5500), temperature, 1)).toBe('5500 → 5800 K');
    expect(moved(row('black_and_white', false, true), grey, 0)).toBe('off → off');
  });
});

test('settings are those it starts from, with what is taken of each row', () => {
  const asked = proposal(step('set', [row('shadows', 10, 30), row('black_and_white', false, true)]));
  expect(taken(asked, {}, declared)).toEqual({ exposure: 1, shadows: 30, black_and_white: true });
  expect(taken(asked, { '0.shadows': 0.5, '0.black_and_white': 0 }, declared)).toEqual({ exposure: 1, shadows: 20 });
  expect(taken(proposal(step('set', [row('exposure', 1, 0)])), {}, declared)).toEqual({ shadows: 10 });
});

test('a mask is added, unless nothing of it is left, or changed where it is', () => {
  const sky = { name: 'Sky', mask: { components: [] }, adjustment: 'a' };
  const asked = proposal(step('mask', [row('exposure', 0, -0.5)], sky));
  const { adjustments } = taken(asked, { '0.exposure': 0.5 }, declared);
  expect(adjustments).toMatchObject([{ id: 'a', name: 'Sky', delta: { exposure: -0.25 }, amount: 1, enabled: true }]);
  expect(taken(asked, { '0.exposure': 0 }, declared).adjustments).toBeUndefined();
  const there = { ...asked, settings: { adjustments: adjustments ?? null } };
  expect(taken(there, {}, declared).adjustments).toMatchObject([{ id: 'a', delta: { exposure: -0.5 } }]);
});

test('where there is nothing to undo, nothing can be applied', () => {
  expect(linesOf(proposal(step('undo', [], { says: 'There is nothing to undo', count: 0 })), declared)).toEqual([]);
});

test('a crop is switched as one, sliders one by one, and undo not at all', () => {
  const asked = proposal(
    step('undo', [], { says: 'Undo', count: 2 }),
    step('crop', [row('crop_left', 0, 0.2), row('shadows', 0, 5)]),
    step('set', [row('shadows', 10, 30)]),
    step('task', [], { says: 'Remove: bin', task: { name: 'remove' } }),
  );
  expect(linesOf(asked, declared).map(({ key, label, rows }) => [key, label, rows])).toEqual([
    ['0', 'Undo 2 steps', []],
    ['1', 'Crop', ['1.crop_left', '1.shadows']],
    ['2.shadows', 'shadows', ['2.shadows']],
    ['3', 'Remove: bin', ['3']],
  ]);
});
