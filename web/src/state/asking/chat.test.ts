import { beforeEach, expect, test, vi } from 'vitest';
import type { Turn } from '../../api/types';
import type { Asking } from './asking.svelte';
import { Chat } from './chat.svelte';
import type { Editor } from '../editor.svelte';

const api = vi.hoisted(() => ({ getChat: vi.fn(), getSuggestions: vi.fn(), clearChat: vi.fn() }));
vi.mock('../../api', () => api);

const turn = (id: string, request: string, outcome: Turn['outcome'] = 'applied'): Turn => ({
  ...{ id, at: '', request, engine: 'vocabulary', message: '', outcome, lines: [], checks: [] },
});
const asking = { text: '', ask: vi.fn(), away: vi.fn(), discard: vi.fn() };
let editor: { photo: { id: string; history: { position: number; entries: { label: string }[] } } };
let chat: Chat;
const settle = () => new Promise((resolve) => setTimeout(resolve));

beforeEach(() => {
  vi.resetAllMocks();
  editor = { photo: { id: 'a', history: { position: 1, entries: [{ label: 'warmer' }] } } };
  api.getChat.mockResolvedValue({ turns: [turn('1', 'darker', 'discarded'), turn('2', 'warmer')], problem: '' });
  api.getSuggestions.mockResolvedValue([{ request: 'exposure +1', reason: 'dark' }]);
  chat = new Chat(editor as unknown as Editor, asking as unknown as Asking, (error) => {
    throw error;
  });
});

test('nothing is asked of the server before the panel is open', async () => {
  chat.load();
  chat.changed('a');
  chat.edited('a');
  await settle();
  expect(api.getChat).not.toHaveBeenCalled();
  chat.toggle();
  await settle();
  expect(chat.past.map((one) => one.request)).toEqual(['warmer', 'darker']);
  expect(chat.suggestions).toHaveLength(1);
});

test('undo is offered for the turn that undo would take back', async () => {
  chat.toggle();
  await settle();
  expect(chat.undoable).toBe('2');
  editor.photo.history.entries[0] = { label: 'Exposure +1' };
  api.getChat.mockResolvedValue({ turns: [turn('2', 'warmer')], problem: '' });
  chat.changed('a');
  await settle();
  expect(chat.undoable).toBeNull();
});

test('the answer of a photo that is no longer shown is not taken', async () => {
  chat.toggle();
  chat.opening();
  editor.photo = { ...editor.photo, id: 'b' };
  await settle();
  expect([chat.turns, chat.suggestions]).toEqual([[], []]);
  expect(asking.away).toHaveBeenCalled();
});

test('an answer that is overtaken by a newer one is not taken', async () => {
  const answers: ((found: unknown) => void)[] = [];
  api.getChat.mockImplementation(() => new Promise((resolve) => answers.push(resolve)));
  chat.toggle();
  chat.changed('a'); // proposed
  chat.changed('a'); // applied
  answers[2]?.({ turns: [turn('2', 'warmer')], problem: '' });
  await settle();
  answers[1]?.({ turns: [turn('2', 'warmer', 'proposed')], problem: '' });
  await settle();
  expect(chat.turns[0]?.outcome).toBe('applied');
  expect(chat.undoable).toBe('2');
});

test('closing discards what is proposed', () => {
  chat.toggle();
  chat.toggle();
  expect(chat.open).toBe(false);
  expect(asking.discard).toHaveBeenCalled();
});
