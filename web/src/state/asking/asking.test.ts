import { beforeEach, expect, test, vi } from 'vitest';
import type { Doing, Job, Parameter, Proposal, Settings } from '../../api/types';
import { WriteQueue } from '../../transport/queue';
import { Refused } from '../../transport/refused';
import { Asking } from './asking.svelte';
import type { Editor } from '../editor.svelte';

const api = vi.hoisted(() => ({
  ask: vi.fn(),
  applyAsk: vi.fn(),
  cancelJob: vi.fn(),
  getPhoto: vi.fn(),
  discardTurn: vi.fn(),
  applyToMany: vi.fn(),
}));
vi.mock('../../api', () => api);

const shadows = {
  ...{ name: 'shadows', label: 'Shadows', group: 'Tone', operation: 'tone', kind: 'number', default: 0, minimum: -100 },
  ...{ maximum: 100, step: 1, unit: '', scale: 'linear', choices: [], gradient: [], says: '' },
} satisfies Parameter;
const row = { parameter: 'shadows', label: 'Shadows', unit: '', from: 0, to: 20, start: null };
const proposal = (request: string, understood = true): Proposal => ({
  ...{ request, engine: 'small', understood, message: '', base: 'd', settings: {}, seeks: [], alone: false },
  ...{ turn: 't', found: [] },
  steps: [{ tool: 'set', says: '', rows: [row], name: '', mask: null, adjustment: '', count: 1, task: null }],
});
const job = (state: Job['state'], message = ''): Job => ({
  ...{ id: 'j', label: '', state, done: 0, total: 0, message, remedy: 'Start it.' },
});

/** An open photo whose settings are what is shown of it. */
class Open {
  photo = { id: 'a' };
  opening = null;
  settings: Settings = {};
  panel = [{ name: 'Tone', parameters: [shadows] }];
  byName = new Map([['shadows', shadows]]);
  queue = new WriteQueue();
  flush = () => undefined;
  arrived = () => Promise.resolve(this.photo);
  preview = (settings: Settings) => (this.settings = settings);
  follow = async (step: (id: string) => Promise<unknown>) => {
    await step('a');
    return true;
  };
}

let open: Open;
let asking: Asking;
const closed = vi.fn();
const exported = vi.fn();
let selected = ['a'];
/** The job as the list has it. */
let known: Job | null = null;

beforeEach(() => {
  vi.resetAllMocks();
  known = null;
  api.cancelJob.mockResolvedValue(undefined);
  api.discardTurn.mockResolvedValue(undefined);
  open = new Open();
  asking = new Asking(open as unknown as Editor, {
    ...{
      local: () => [],
      onjob: (begun: Job) => known ?? begun,
      oncompare: () => undefined,
      onclose: closed,
      onexport: exported,
      stays: () => true,
      selected: () => selected,
    },
    onfailed: (error) => {
      throw error;
    },
  });
  asking.open();
  asking.text = 'lift the shadows';
});

test('a proposal is shown, weakened, applied with its amounts, and one that is left is taken away', async () => {
  api.ask.mockResolvedValue({ proposal: proposal('lift the shadows'), job: null });
  await asking.enter();
  expect(open.settings).toEqual({ shadows: 20 });
  const [line] = asking.lines;
  if (!line) throw new Error('no line');
  asking.take(line, 0.5);
  expect(open.settings).toEqual({ shadows: 10 });
  asking.look(true);
  expect(open.settings).toEqual({});
  asking.look(false);
  asking.switch(line, false);
  expect(open.settings).toEqual({});
  asking.switch(line, true);
  api.applyAsk.mockResolvedValue({ photo: { id: 'a' }, job: null });
  await asking.enter();
  expect(api.applyAsk).toHaveBeenCalledWith('a', expect.objectContaining({ amounts: { '0.shadows': 0.5 } }));
  expect(closed).toHaveBeenCalled();

  open.settings = { exposure: 1 };
  asking.text = 'lift the shadows';
  await asking.ask();
  expect(open.settings).toEqual({ shadows: 20 });
  asking.close();
  expect(open.settings).toEqual({ exposure: 1 });
  expect(api.discardTurn).toHaveBeenCalledExactlyOnceWith('a', 't');
});

test('a preset is one line, of which a part can be taken; photos that were found are no lines', async () => {
  const [step] = proposal('x').steps;
  if (!step) throw new Error('no step');
  const preset = { ...step, tool: 'preset' as const, says: 'Preset Silver' };
  const search = { ...step, tool: 'search' as const, rows: [] };
  api.ask.mockResolvedValue({ proposal: { ...proposal('silver'), steps: [preset, search] }, job: null });
  await asking.enter();
  expect(asking.lines.map((line) => [line.label, line.rows])).toEqual([['Preset', ['0.shadows']]]);
  const [line] = asking.lines;
  if (!line) throw new Error('no line');
  asking.take(line, 0.5);
  expect(open.settings).toEqual({ shadows: 10 });
  asking.switch(line, false);
  expect(open.settings).toEqual({});
});

test('what is asked while another photo is on its way is asked about that', async () => {
  api.ask.mockResolvedValue({ proposal: proposal('lift the shadows'), job: null });
  open.arrived = () => {
    open.photo = { id: 'b' };
    return Promise.resolve(open.photo);
  };
  await asking.enter();
  expect(api.ask).toHaveBeenCalledExactlyOnceWith('b', 'lift the shadows');
});

test('another text asks anew, about the picture without what was proposed', async () => {
  api.ask.mockResolvedValue({ proposal: proposal('lift the shadows'), job: null });
  await asking.enter();
  asking.text = 'like a Monet';
  api.ask.mockResolvedValue({ proposal: proposal('like a Monet', false), job: null });
  await asking.enter();
  expect(api.applyAsk).not.toHaveBeenCalled();
  expect(open.settings).toEqual({});
  expect(asking.ready).toBe(false);
});

test('what a language model proposes comes as an event, late or before its job is known', async () => {
  api.ask.mockResolvedValue({ proposal: null, job: job('queued') });
  await asking.enter();
  expect(asking.busy).toBe(true);
  asking.proposed({ photo: 'b', proposal: proposal('lift the shadows') });
  asking.proposed({ photo: 'a', proposal: proposal('something else') });
  expect(asking.proposal).toBeNull();
  asking.proposed({ photo: 'a', proposal: proposal('lift the shadows') });
  expect(open.settings).toEqual({ shadows: 20 });

  const early = asking.ask();
  asking.proposed({ photo: 'a', proposal: proposal('lift the shadows') });
  await early;
  expect([asking.busy, asking.job, open.settings]).toEqual([false, null, { shadows: 20 }]);
});

test('a model that fails, a refusal and a closed line leave the picture as it was', async () => {
  api.ask.mockResolvedValue({ proposal: null, job: job('queued') });
  await asking.enter();
  asking.worked(job('failed', 'The server went away.'));
  expect(asking.problem).toEqual({ message: 'The server went away.', remedy: 'Start it.' });

  await asking.enter();
  asking.close();
  expect(api.cancelJob).toHaveBeenCalledWith('j');
  asking.proposed({ photo: 'a', proposal: proposal('lift the shadows') });
  expect([asking.proposal, open.settings]).toEqual([null, {}]);

  api.ask.mockRejectedValue(new Refused('Too long.', 'Say less.', 422));
  await asking.enter();
  expect(asking.problem?.message).toBe('Too long.');
  expect(asking.busy).toBe(false);
});

test('what the language model is doing is told while it is waited for, and of no other request', async () => {
  const doing: Doing = {
    ...{ photo: 'a', request: 'lift the shadows', stage: 'answering', says: 'Answers', pieces: 3, thought: 0 },
    ...{ steps: ['Shadows 20'], say: '', seconds: 1 },
  };
  asking.told(doing);
  expect(asking.doing).toBeNull();
  api.ask.mockResolvedValue({ proposal: null, job: job('queued') });
  await asking.enter();
  asking.told({ ...doing, request: 'something else' });
  expect(asking.doing).toBeNull();
  asking.told(doing);
  expect(asking.doing?.steps).toEqual(['Shadows 20']);
  asking.proposed({ photo: 'a', proposal: proposal('lift the shadows') });
  expect([asking.doing, asking.shown]).toEqual([null, true]);
});

test('with another photo nothing is put back into it, and nothing is waited for', async () => {
  api.ask.mockResolvedValue({ proposal: proposal('lift the shadows'), job: null });
  await asking.enter();
  open.settings = { exposure: 3 };
  asking.away();
  expect([open.settings, asking.proposal, asking.text]).toEqual([{ exposure: 3 }, null, '']);
});

test('a plan is followed step by step, and what is proposed for the page itself is done by it', async () => {
  const asked = proposal('lift the shadows');
  const [first] = asked.steps;
  if (!first) throw new Error('no step');
  const made = { ...first, tool: 'task' as const, says: 'Remove: bin', rows: [], task: { name: 'remove' } };
  const out = { ...made, tool: 'export' as const, task: { name: 'export', parameters: { format: 'png', size: 2000 } } };
  api.ask.mockResolvedValue({ proposal: { ...asked, steps: [first, made, out] }, job: null });
  api.applyAsk.mockResolvedValue({ photo: null, job: job('queued') });
  api.getPhoto.mockResolvedValue({ id: 'a' });
  await asking.enter();
  await asking.apply();
  expect(exported).not.toHaveBeenCalled();
  const steps = [{ says: 'Shadows 0 → +20', state: 'done' as const, checks: ['Changed by 3 %.'] }];
  asking.plan.carried({ photo: 'a', turn: 'other', steps });
  expect(asking.carrying).toBe(false);
  asking.plan.carried({ photo: 'a', turn: 't', steps });
  expect([asking.carrying, asking.plan.steps]).toEqual([true, steps]);
  asking.worked(job('running'));
  expect(exported).not.toHaveBeenCalled();
  asking.worked(job('done'));
  expect(exported).toHaveBeenCalledExactlyOnceWith('png', 2000);
  asking.away();
  expect(api.cancelJob).not.toHaveBeenCalled();
});

test.each(['failed', 'cancelled'] as const)('nothing is exported of a plan that is %s', async (state) => {
  const asked = proposal('lift the shadows');
  const [first] = asked.steps;
  if (!first) throw new Error('no step');
  const out = { ...first, tool: 'export' as const, rows: [], task: { name: 'export', parameters: {} } };
  api.ask.mockResolvedValue({ proposal: { ...asked, steps: [first, out] }, job: null });
  api.applyAsk.mockResolvedValue({ photo: null, job: job('queued') });
  api.getPhoto.mockResolvedValue({ id: 'a' });
  await asking.enter();
  await asking.apply();
  asking.worked(job(state));
  expect(exported).not.toHaveBeenCalled();
});

test('a plan that has ended before anybody waited for it is exported too, and one of another photo is not', async () => {
  const asked = proposal('lift the shadows');
  const [first] = asked.steps;
  if (!first) throw new Error('no step');
  const out = { ...first, tool: 'export' as const, rows: [], task: { name: 'export', parameters: {} } };
  api.getPhoto.mockResolvedValue({ id: 'a' });
  api.ask.mockResolvedValue({ proposal: { ...asked, steps: [first, out] }, job: null });
  api.applyAsk.mockImplementation(async () => {
    asking.worked((known = job('done')));
    asking.worked({ ...job('done'), id: 'another' });
    return { photo: null, job: job('queued') };
  });
  await asking.enter();
  await asking.apply();
  expect(exported).toHaveBeenCalledTimes(1);
  expect(asking.busy).toBe(false);

  known = null;
  api.applyAsk.mockResolvedValue({ photo: null, job: { ...job('queued'), id: 'k' } });
  asking.discard();
  asking.text = 'lift the shadows';
  await asking.enter();
  await asking.apply();
  open.photo = { id: 'b' };
  asking.worked({ ...job('done'), id: 'k' });
  expect(exported).toHaveBeenCalledTimes(1);
});

test('a plan that is stopped is stopped on the server', async () => {
  api.ask.mockResolvedValue({ proposal: proposal('lift the shadows'), job: null });
  api.applyAsk.mockResolvedValue({ photo: null, job: job('queued') });
  await asking.enter();
  await asking.apply();
  asking.discard();
  expect(api.cancelJob).toHaveBeenCalledWith('j');
  expect([asking.busy, asking.text]).toEqual([false, '']);
});

test('many photos are changed after a yes that says how many', async () => {
  api.ask.mockResolvedValue({ proposal: proposal('lift the shadows'), job: null });
  api.applyToMany.mockResolvedValue(job('queued'));
  selected = ['a', 'b', 'c'];
  await asking.enter();
  asking.everywhere.choose(true);
  await asking.enter();
  expect([asking.everywhere.asked, api.applyToMany.mock.calls.length, api.applyAsk.mock.calls.length]).toEqual([
    true,
    0,
    0,
  ]);
  await asking.enter();
  const told = { photos: ['a', 'b', 'c'], confirmed: 3, request: 'lift the shadows' };
  expect(api.applyToMany).toHaveBeenCalledExactlyOnceWith(expect.objectContaining(told));
  expect(open.settings).toEqual({});
  selected = ['a'];
});
