import { describe, expect, test } from 'vitest';
import { added, evaluate, isStraight, movedPoint, path, removed } from './curve';
import drawn from './curves.json';
import { blocks } from './layout';
import {
  type Parameter,
  STRAIGHT,
  choiceLabel,
  decimals,
  described,
  figure,
  nudge,
  parsed,
  position,
  snapped,
  valueAt,
} from './parameter';
import { changed, equal, numberOf, only, without } from './settings';

function make(name: string, more: Partial<Parameter> = {}): Parameter {
  return {
    name,
    label: name.charAt(0).toUpperCase() + name.slice(1).replace(/_/g, ' '),
    group: 'Tone',
    operation: 'some',
    kind: 'number',
    default: 0,
    minimum: -100,
    maximum: 100,
    step: 1,
    unit: '',
    scale: 'linear',
    choices: [],
    gradient: [],
    says: '',
    ...more,
  };
}
const exposure = make('exposure', { minimum: -5, maximum: 5, step: 0.01, unit: 'EV', operation: 'exposure' });
const light = { operation: 'white_balance', group: 'White balance' };
const mode = make('white_balance', {
  ...light,
  kind: 'choice',
  default: 'as-shot',
  choices: ['as-shot', 'cloudy', 'custom'],
});
const temperature = make('temperature', {
  ...light,
  default: null,
  minimum: 2000,
  maximum: 50000,
  step: 50,
  scale: 'log',
  unit: 'K',
});
const tint = make('tint', { ...light, default: null, minimum: -150, maximum: 150 });
const ALL = [mode, temperature, tint, exposure];
const AS_SHOT = { temperature: 5200, tint: 8 };

describe('values', () => {
  test('have the digits that their step needs', () => {
    expect([decimals(exposure), decimals(tint), decimals(make('a', { step: 0.1 }))]).toEqual([2, 0, 1]);
  });

  test('carry a sign where the range has two sides', () => {
    expect([figure(exposure, 0.7), figure(exposure, -1.25), figure(exposure, -0.001)]).toEqual([
      '+0.70',
      '-1.25',
      '0.00',
    ]);
    expect(figure(temperature, 5200)).toBe('5200');
  });

  test('lie on whole steps inside the range', () => {
    expect([snapped(exposure, 0.7049), snapped(exposure, 9), snapped(tint, -3.6)]).toEqual([0.7, 5, -4]);
  });

  test('go to a place on the slider and back, on a log scale too', () => {
    expect(position(temperature, 10000)).toBeCloseTo(0.5, 9);
    expect(valueAt(temperature, 0.5)).toBe(10000);
    for (const value of [2000, 3450, 50000]) expect(valueAt(temperature, position(temperature, value))).toBe(value);
  });

  test('are read as people write them', () => {
    expect([parsed(exposure, '+0,7 EV'), parsed(temperature, '5 200 K'), parsed(tint, '−12')]).toEqual([
      0.7, 5200, -12,
    ]);
    expect([parsed(exposure, 'bright'), parsed(exposure, ''), parsed(exposure, '99')]).toEqual([null, null, 5]);
  });

  test('move visibly with one key press', () => {
    expect([nudge(exposure, 0), nudge(tint, 0), nudge(temperature, 10000)]).toEqual([0.05, 2, 100]);
  });

  test('are named in the history as a person would', () => {
    expect(described(exposure, 0.7)).toBe('Exposure +0.70');
    expect(described(mode, 'as-shot')).toBe('White balance as shot');
    expect(choiceLabel('as-shot')).toBe('As shot');
    expect(described(make('mono', { kind: 'toggle', default: false }), true)).toBe('Mono on');
  });
});

describe('settings', () => {
  test('hold only what differs from the default', () => {
    const once = changed({}, exposure, 0.7, ALL);
    expect(once).toEqual({ exposure: 0.7 });
    expect(changed(once, exposure, 0, ALL)).toEqual({});
    expect(changed(once, exposure, null, ALL)).toEqual({});
  });

  test('a temperature makes the white balance custom and keeps the tint that the photo has', () => {
    expect(changed({}, temperature, 6000, ALL, AS_SHOT)).toEqual({
      white_balance: 'custom',
      temperature: 6000,
      tint: 8,
    });
  });

  test('a preset lets temperature and tint go', () => {
    const custom = changed({}, temperature, 6000, ALL, AS_SHOT);
    expect(changed(custom, mode, 'cloudy', ALL, AS_SHOT)).toEqual({ white_balance: 'cloudy' });
    expect(changed(custom, mode, null, ALL, AS_SHOT)).toEqual({});
  });

  test('choosing custom fixes what the photo has', () => {
    expect(changed({}, mode, 'custom', ALL, AS_SHOT)).toEqual({ white_balance: 'custom', temperature: 5200, tint: 8 });
  });

  test('resetting both numbers goes back to as shot', () => {
    const custom = changed({}, temperature, 6000, ALL, AS_SHOT);
    const one = changed(custom, temperature, null, ALL, AS_SHOT);
    expect(changed(one, tint, null, ALL, AS_SHOT)).toEqual({});
  });

  test('show what the photo has where they are silent', () => {
    expect(numberOf({}, temperature, AS_SHOT)).toBe(5200);
    expect(numberOf({ temperature: 4000 }, temperature, AS_SHOT)).toBe(4000);
  });

  test('are taken apart by group', () => {
    const groups = [
      { name: 'Tone', label: 'Tone', parameters: [exposure] },
      { name: 'White balance', label: 'White balance', parameters: [mode, temperature, tint] },
    ];
    const all = { exposure: 1, white_balance: 'cloudy' };
    expect(only(all, groups, new Set(['Tone']))).toEqual({ exposure: 1 });
    expect(without(all, [exposure])).toEqual({ white_balance: 'cloudy' });
    expect(equal(all, { white_balance: 'cloudy', exposure: 1 })).toBe(true);
    expect(equal(all, { exposure: 1 })).toBe(false);
  });
});

describe('the panel', () => {
  test('shows a parameter that it never heard of as a row', () => {
    const found = blocks({
      name: 'New',
      label: 'New',
      parameters: [make('sparkle', { operation: 'new', label: 'Sparkle' })],
    });
    expect(found).toMatchObject([{ type: 'rows', rows: [{ label: 'Sparkle' }] }]);
  });

  test('puts eight bands of three kinds behind tabs', () => {
    const parameters = ['hue', 'saturation', 'luminance'].flatMap((kind) =>
      ['red', 'green', 'blue'].map((band) =>
        make(`${kind}_${band}`, { label: `${kind.charAt(0).toUpperCase()}${kind.slice(1)} ${band}` }),
      ),
    );
    const [tabs, ...rest] = blocks({ name: 'Mixer', label: 'Mixer', parameters });
    expect(rest).toEqual([]);
    expect(tabs).toMatchObject({
      type: 'tabs',
      tabs: [{ label: 'Hue' }, { label: 'Saturation' }, { label: 'Luminance' }],
    });
    expect(tabs?.type === 'tabs' && tabs.tabs[0]?.rows.map((r) => r.label)).toEqual(['Red', 'Green', 'Blue']);
  });

  test('makes wheels of hue, saturation and luminance, and rows of what is left', () => {
    const parameters = ['shadows', 'global'].flatMap((region) =>
      ['hue', 'saturation', 'luminance'].map((part) => make(`grade_${region}_${part}`, { label: `${region} ${part}` })),
    );
    const found = blocks({
      name: 'Grading',
      label: 'Grading',
      parameters: [...parameters, make('grade_blending', { label: 'Blending' })],
    });
    expect(found.map((b) => b.type)).toEqual(['wheels', 'rows']);
    expect(found[0]).toMatchObject({ wheels: [{ label: 'shadows' }, { label: 'global' }] });
  });

  test('gathers curves in one editor', () => {
    const curves = ['Curve', 'Red curve'].map((label) => make(label, { label, kind: 'curve', default: STRAIGHT }));
    expect(blocks({ name: 'Curve', label: 'Curve', parameters: curves })).toMatchObject([
      { type: 'curves', curves: [{ label: 'RGB' }, { label: 'Red' }] },
    ]);
  });

  test('leaves out the words that all labels share, and dims what a toggle switches', () => {
    const toggle = make('mono', { kind: 'toggle', default: false, label: 'Black and white' });
    const greys = ['red', 'green', 'blue'].map((band) => make(`grey_${band}`, { label: `Grey of ${band}` }));
    const [block] = blocks({ name: 'Mono', label: 'Mono', parameters: [toggle, ...greys] });
    expect(block?.type === 'rows' && block.rows.map((r) => [r.label, r.needs?.name ?? null])).toEqual([
      ['Black and white', null],
      ['Red', 'mono'],
      ['Green', 'mono'],
      ['Blue', 'mono'],
    ]);
  });

  test('calls no two rows of a section the same', () => {
    const of = (operation: string) =>
      ['distortion', 'fringes', 'light'].map((name) =>
        make(`${operation}_${name}`, { operation, label: `${operation} ${name}` }),
      );
    const found = blocks({
      name: 'Lens',
      label: 'Lens',
      parameters: [...of('Profile'), ...of('Manual').slice(0, 2), make('Light')],
    });
    const labels = found.flatMap((b) => (b.type === 'rows' ? b.rows.map((r) => r.label) : []));
    expect(new Set(labels).size).toBe(labels.length);
  });
});

describe('a curve', () => {
  test('gets a point where it is clicked, in order', () => {
    const { points, index } = added(STRAIGHT, 128, 160);
    expect(index).toBe(1);
    expect(points).toEqual([
      [0, 0],
      [128, 160],
      [255, 255],
    ]);
  });

  test('takes the near point instead of adding one on top of it', () => {
    const { points } = added(STRAIGHT, 128, 160);
    expect(added(points, 130, 20)).toEqual({ points, index: 1 });
  });

  test('keeps its points in order while one is dragged', () => {
    const { points } = added(STRAIGHT, 128, 160);
    const dragged = movedPoint(points, 1, 400, -10);
    expect(dragged[1]).toEqual([253, 0]);
    expect(dragged[2]).toEqual([255, 255]);
  });

  test('never loses its last two points', () => {
    const { points } = added(STRAIGHT, 128, 160);
    expect(removed(points, 1)).toEqual(STRAIGHT);
    expect(removed(STRAIGHT, 0)).toEqual(STRAIGHT);
    expect([isStraight(STRAIGHT), isStraight(points)]).toEqual([true, false]);
  });

  test('goes through its points and never turns back between rising ones', () => {
    const points: [number, number][] = [
      [0, 0],
      [40, 20],
      [60, 200],
      [200, 210],
      [255, 255],
    ];
    for (const [x, y] of points) expect(evaluate(points, x)).toBeCloseTo(y, 6);
    let before = -1;
    for (let x = 0; x <= 255; x++) {
      expect(evaluate(points, x)).toBeGreaterThanOrEqual(before - 1e-9);
      before = evaluate(points, x);
    }
  });

  test('is the line that the pipeline draws', () => {
    for (const { points, values } of drawn.curves) {
      const curve = points.map(([x, y]): [number, number] => [x ?? 0, y ?? 0]);
      drawn.at.forEach((x, i) => {
        expect(evaluate(curve, x)).toBeCloseTo(values[i] ?? -1, 4);
      });
    }
  });

  test('is drawn from the bottom left to the top right', () => {
    const drawn = path(STRAIGHT, 100);
    expect(drawn.startsWith('M0.00 100.00')).toBe(true);
    expect(drawn.endsWith('L100.00 0.00')).toBe(true);
  });
});
