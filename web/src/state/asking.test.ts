import { beforeEach, expect, test, vi } from 'vitest';
import type { Job, Parameter, Proposal, Settings } from '../api/types';
import { WriteQueue } from '../transport/queue';
import { Refused } from '../transport/refused';
import { Asking } from './asking.svelte';
import type { Editor } from './editor.svelte';

const api = vi.hoisted(() => ({ ask: vi.fn(), applyAsk: vi.fn(), cancelJob: vi.fn(), getPhoto: vi.fn() }));
vi.mock('../api', () => api);

const shadows = {
  ...{ name: 'shadows', label: 'Shadows', group: 'Tone', operation: 'tone', kind: 'number', default: 0, minimum: -100 },
  ...{ maximum: 100, step: 1, unit: '', scale: 'linear', choices: [], gradient: [], says: '' },
} satisfies Parameter;
const row = { parameter: 'shadows', label: 'Shadows', unit: '', from: 0, to: 20, start: null };
const proposal = (request: string, understood = true): Proposal => ({
  ...{ request, engine: 'small', understood, message: '', base: 'd', settings: {}, seeks: [], alone: false },
  steps: [{ tool: 'set', says: '', rows: [row], name: '', mask: null, adjustment: '', count: 1 }],
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
  refresh = () => Promise.resolve();
  preview = (settings: Settings) => (this.settings = settings);
  follow = async (step: (id: string) => Promise<unknown>) => {
    await step('a');
    return true;
  };
}

let open: Open;
let asking: Asking;
const closed = vi.fn();

beforeEach(() => {
  vi.resetAllMocks();
  api.cancelJob.mockResolvedValue(undefined);
  open = new Open();
  asking = new Asking(open as unknown as Editor, {
    ...{ local: () => [], onjob: () => undefined, oncompare: () => undefined, onclose: closed },
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
  await asking.ask();
  expect(open.settings).toEqual({ shadows: 20 });
  asking.close();
  expect(open.settings).toEqual({ exposure: 1 });
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
