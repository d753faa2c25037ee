import { beforeEach, expect, test, vi } from 'vitest';
import type { Group, Parameter } from '../api/types';
import { evaluate } from '../develop/curve';
import { type CurvePoint, STRAIGHT } from '../develop/parameter';
import { commandOf, targetsOf } from '../develop/targets';
import { Editor } from './editor.svelte';
import { Server, contrast, exposure } from './server.testing';
import { Targeting } from './targeting.svelte';

const BANDS = ['red', 'orange', 'yellow'];
const mixer: Parameter[] = ['hue', 'saturation'].flatMap((kind) =>
  BANDS.map((band) => ({
    ...contrast,
    name: `${kind}_${band}`,
    label: `${kind === 'hue' ? 'Hue' : 'Saturation'} ${band}`,
    group: 'Colour mixer',
    operation: 'colour_mixer',
    targeted: true,
  })),
);
const grey: Parameter[] = [
  { ...exposure, name: 'black_and_white', kind: 'toggle', default: false, operation: 'black_and_white' },
  ...BANDS.map((band) => ({
    ...contrast,
    name: `grey_${band}`,
    label: `Grey of ${band}`,
    operation: 'black_and_white',
    targeted: true,
  })),
];
const curves: Parameter[] = ['curve', 'curve_red'].map((name) => ({
  ...exposure,
  name,
  label: name === 'curve' ? 'Curve' : 'Red curve',
  operation: 'tone_curve',
  kind: 'curve',
  default: STRAIGHT as CurvePoint[],
  targeted: true,
}));
const groups: Group[] = [
  { name: 'Tone', label: 'Tone', parameters: [exposure, contrast] },
  { name: 'Tone curve', label: 'Tone curve', parameters: curves },
  { name: 'Colour mixer', label: 'Colour mixer', parameters: mixer },
  { name: 'Black and white', label: 'Black and white', parameters: grey },
];

let server: Server;
let editor: Editor;
let targeting: Targeting;
let told: Record<string, number>;
let asked: unknown[];
let heard: unknown[];
const PLACE = { x: 0.25, y: 0.5 };
const steps = () => server.entries.slice(1).map((e) => e.label);

beforeEach(async () => {
  server = new Server();
  [told, asked, heard] = [{ saturation_red: 0.8, saturation_orange: 0.2, saturation_yellow: 0.001 }, [], []];
  vi.stubGlobal('fetch', async (request: Request) => {
    if (!request.url.endsWith('/target')) return server.fetch(request);
    asked.push(await request.json());
    return new Response(JSON.stringify({ values: told }), { headers: { 'content-type': 'application/json' } });
  });
  const links = { onchange: () => undefined, onopening: () => undefined, onphoto: () => undefined };
  const onfailed = (error: unknown) => heard.push(error);
  editor = new Editor({ ...links, onclosed: () => undefined, onfailed, onreachable: () => undefined });
  editor.groups = groups;
  targeting = new Targeting(editor, { ontold: (message) => heard.push(message), onfailed });
  await editor.open('a');
});

test('each section with places to tell of has a target, with the tab that is open and its command', () => {
  expect(groups.flatMap(targetsOf).map((t) => [t.section, t.label, commandOf(t)])).toEqual([
    ['Tone curve', 'Curve', 'target-curve'],
    ['Tone curve', 'Red curve', 'target-curve'],
    ['Colour mixer', 'Hue', 'target-hue'],
    ['Colour mixer', 'Saturation', 'target-saturation'],
    ['Black and white', 'Black and white', 'target-grey'],
  ]);
  targeting.toggle('colour_mixer', 'saturation');
  expect(targeting.target?.tab).toBe('saturation');
  targeting.tabs.colour_mixer = 'hue';
  expect(targeting.target?.label).toBe('Hue');
  targeting.toggle('colour_mixer', 'saturation'); // another tab: goes on there
  expect(targeting.target?.label).toBe('Saturation');
  targeting.toggle('colour_mixer', 'saturation');
  expect(targeting.target).toBeNull();
});

test('a drag moves the bands by their shares, seen while it moves, and is one step at the end', async () => {
  targeting.toggle('colour_mixer', 'saturation');
  await targeting.begin(PLACE);
  expect(asked).toEqual([{ ...PLACE, names: ['saturation_red', 'saturation_orange', 'saturation_yellow'] }]);
  targeting.drag(50, 1);
  expect(editor.settings).toEqual({ saturation_red: 20, saturation_orange: 5 });
  expect(targeting.says).toBe('Red +20, Orange +5');
  targeting.drag(-100, 2);
  expect(editor.settings).toEqual({ saturation_red: -40, saturation_orange: -10 });
  expect(steps()).toEqual([]);
  targeting.rest();
  await vi.waitFor(() => expect(steps()).toEqual(['Saturation, in the picture']));
  expect(server.entries.at(-1)?.settings).toEqual({ saturation_red: -40, saturation_orange: -10 });
});

test('a hand that is gone before the server answers has done what it did', async () => {
  targeting.toggle('colour_mixer', 'saturation');
  const began = targeting.begin(PLACE);
  targeting.drag(25, 1);
  targeting.rest();
  expect(editor.settings).toEqual({});
  await began;
  await vi.waitFor(() => expect(server.entries.at(-1)?.settings).toEqual({ saturation_red: 10, saturation_orange: 3 }));
});

test('ending under way takes it back, and a late answer changes nothing', async () => {
  targeting.toggle('colour_mixer', 'saturation');
  await targeting.begin(PLACE);
  targeting.drag(50, 1);
  targeting.end();
  expect(editor.settings).toEqual({});
  targeting.toggle('colour_mixer', 'saturation');
  const began = targeting.begin(PLACE);
  targeting.drag(50, 1);
  targeting.end();
  await began;
  expect([editor.settings, steps(), heard]).toEqual([{}, [], []]);
});

test('a grey place tells so', async () => {
  told = { saturation_red: 0, saturation_orange: 0, saturation_yellow: 0 };
  targeting.toggle('colour_mixer', 'saturation');
  await targeting.begin(PLACE);
  targeting.drag(50, 1);
  targeting.rest();
  expect([editor.settings, heard]).toEqual([{}, ['There is no colour at this place.']]);
});

test('the black and white mix turns black and white on', async () => {
  told = { grey_red: 0, grey_orange: 1, grey_yellow: 0 };
  targeting.toggle('black_and_white');
  await targeting.begin(PLACE);
  targeting.drag(50, 1);
  expect(editor.settings).toEqual({ grey_orange: 20, black_and_white: true });
});

test('a curve gets a point at the tone, and where one is near that one is moved', async () => {
  told = { curve: 96 };
  targeting.toggle('tone_curve');
  await targeting.begin(PLACE);
  targeting.drag(100, 1);
  expect(editor.settings.curve).toEqual([
    [0, 0],
    [96, 147],
    [255, 255],
  ]);
  targeting.rest();
  await vi.waitFor(() => expect(steps()).toEqual(['Curve, in the picture']));
  told = { curve: 100 };
  await targeting.begin(PLACE);
  targeting.drag(-100, 2);
  expect(editor.settings.curve).toEqual([
    [0, 0],
    [96, 96],
    [255, 255],
  ]);
  targeting.drag(-50, 3);
  expect(editor.settings.curve).toEqual([
    [0, 0],
    [96, 121.5],
    [255, 255],
  ]);
});

test('a click on a curve changes nothing, and a full curve moves its nearest point', async () => {
  const full = Array.from({ length: 16 }, (_, i): CurvePoint => [i * 17, i * 16]);
  editor.preview({ curve: full }, null, false);
  editor.commit('Curve');
  told = { curve: 62 };
  targeting.toggle('tone_curve');
  await targeting.begin(PLACE);
  expect(editor.settings.curve).toEqual(full);
  targeting.drag(10, 1);
  const now = editor.settings.curve as CurvePoint[];
  expect(now).toHaveLength(16);
  expect(evaluate(now, 68)).toBeCloseTo(64 + 5.1);
});

test('key presses at a place are one step, and go on from what was set elsewhere meanwhile', async () => {
  vi.useFakeTimers();
  try {
    targeting.toggle('colour_mixer', 'saturation');
    for (let i = 0; i < 3; i++) targeting.nudge(PLACE, 5);
    await vi.advanceTimersByTimeAsync(0);
    targeting.nudge(PLACE, 5);
    expect(editor.settings.saturation_red).toBe(8);
    await vi.advanceTimersByTimeAsync(1000);
    expect(steps()).toEqual(['Saturation, in the picture']);
    editor.undo();
    await vi.advanceTimersByTimeAsync(0);
    targeting.nudge(PLACE, 5);
    await vi.advanceTimersByTimeAsync(1000);
    expect(server.entries.at(-1)?.settings.saturation_red).toBe(2);
    expect(asked).toHaveLength(2);
  } finally {
    vi.useRealTimers();
  }
});
