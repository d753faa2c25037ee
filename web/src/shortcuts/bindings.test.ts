import { describe, expect, test } from 'vitest';
import { Bindings } from './bindings';
import { read, write } from './file';
import { KEYBOARDS, guessed } from './keyboards';
import { reserved } from './reserved';
import { SHORTCUTS } from './table';

const usual = new Bindings();

test('as it is usual no command shares its keys with another, on any keyboard', () => {
  for (const { value } of KEYBOARDS) {
    const bindings = new Bindings(value);
    for (const { id } of SHORTCUTS) expect(bindings.clashes(id), id).toEqual([]);
  }
});

test('signs that want AltGr have others beside them on German and Spanish keyboards', () => {
  for (const keyboard of ['de', 'es'] as const) {
    const bindings = new Bindings(keyboard);
    expect(bindings.find('.', 'develop')).toBe('brush-larger');
    expect(bindings.find(']', 'develop')).toBe('brush-larger');
    expect(bindings.find('Mod+,', 'crop')).toBe('rotate-left');
    expect(bindings.keys('undo')).toEqual(usual.keys('undo'));
  }
  expect(usual.find('.', 'develop')).toBeNull();
});

test('a keyboard is known by what its keys type', () => {
  const typing = (keys: Record<string, string>) => ({ get: (code: string) => keys[code] });
  expect(guessed(typing({ Semicolon: 'ö', BracketLeft: 'ü' }))).toBe('de');
  expect(guessed(typing({ Semicolon: 'ö', BracketLeft: 'å' }))).toBe('us');
  expect(guessed(typing({ Semicolon: 'ñ' }))).toBe('es');
  expect(guessed(typing({ Semicolon: ';' }))).toBe('us');
});

describe('changing', () => {
  test('gives a command other keys, and takes the old ones away from it', () => {
    const changed = usual.bound('crop', 0, 'Mod+J');
    expect(changed.keys('crop')).toEqual(['Mod+J']);
    expect(changed.find('Mod+J', 'library')).toBe('crop');
    expect(changed.find('R', 'develop')).toBeNull();
    expect(usual.find('R', 'develop')).toBe('crop');
  });

  test('adds further keys, and each of them once', () => {
    const further = usual.bound('crop', 1, 'Mod+J');
    expect(further.keys('crop')).toEqual(['R', 'Mod+J']);
    expect(further.bound('crop', 2, 'R').keys('crop')).toEqual(['R', 'Mod+J']);
    expect(further.bound('crop', 0, 'Mod+J').keys('crop')).toEqual(['Mod+J']);
  });

  test('takes keys away, down to none', () => {
    const none = usual.without('crop', 'R');
    expect(none.keys('crop')).toEqual([]);
    expect(none.find('R', 'develop')).toBeNull();
    expect(none.changed).toEqual({ crop: [] });
  });

  test('sees another command only where both work', () => {
    const ids = (id: 'crop-overlay' | 'mask-overlay' | 'full-screen', pattern: string) =>
      usual.others(id, pattern).map((one) => one.id);
    expect(ids('crop-overlay', 'O')).toEqual([]); // the other one works on masks
    expect(ids('full-screen', 'O').sort()).toEqual(['crop-overlay', 'mask-overlay']);
    expect(ids('mask-overlay', 'X')).toEqual(['reject']);
  });

  test('swaps', () => {
    const swapped = usual.swapped('crop', 0, 'L');
    expect(swapped.keys('crop')).toEqual(['L']);
    expect(swapped.keys('lights')).toEqual(['R']);
    expect(swapped.swapped('crop', 0, 'R').changed).toEqual({});
  });

  test('only takes over what can be given nothing for it', () => {
    const taken = usual.swapped('add-folder', 0, 'Z');
    expect(taken.keys('add-folder')).toEqual(['Z']);
    expect(taken.keys('zoom')).toEqual(['Space']);
    expect(taken.keys('magnify')).toEqual(['Space']);
    // X is "reject" in the library, so what was in its place cannot go to the crop tool and there.
    const both = usual.swapped('full-screen', 0, 'X');
    expect([both.keys('reject'), both.keys('crop-swap')].filter(([key]) => key === 'F')).toHaveLength(2);
    for (const { id } of SHORTCUTS) expect(both.clashes(id)).toEqual([]);
  });

  test('back to what is usual leaves nothing behind', () => {
    const changed = usual.bound('crop', 0, 'Mod+J').bound('undo', 0, 'Mod+B');
    expect(changed.differs('crop')).toBe(true);
    expect(changed.reset('crop').reset('undo').changed).toEqual({});
    const clashing = usual.swapped('crop', 0, 'L').reset('lights');
    expect(clashing.clashes('lights').map((one) => one.with.id)).toEqual(['crop']);
  });

  test('keeps what a newer release has, and passes over what is no combination', () => {
    const other = new Bindings('us', { 'of-tomorrow': ['Mod+J'], undo: ['Mod+Nothing', 'Mod+b', 'Mod+B'] });
    expect(other.keys('undo')).toEqual(['Mod+B']);
    expect(other.bound('crop', 0, 'Mod+J').changed).toHaveProperty('of-tomorrow');
  });
});

test('what a browser or the system keeps for itself is named', () => {
  expect(reserved('Mod+N', false)).toMatchObject({ by: 'browser' });
  expect(reserved('Alt+F4', false)).toMatchObject({ by: 'system' });
  expect(reserved('Mod+Tab', true)).toMatchObject({ by: 'system' });
  expect(reserved('Mod+Z', false)).toBeNull();
});

describe('as a file', () => {
  test('comes back as it was', () => {
    const kept = { keyboard: 'de' as const, changed: { undo: ['Mod+B'], crop: [] } };
    expect(read(write(kept))).toEqual({ ...kept, left: [] });
  });

  test('leaves out what cannot be taken, and names it', () => {
    const text = write({
      keyboard: 'qwerty' as never,
      changed: { undo: ['Shift+Mod+b'], nothing: ['A'], redo: ['Ctrl+Y'], crop: 'R' as never },
    });
    expect(read(text)).toEqual({
      keyboard: null,
      changed: { undo: ['Mod+Shift+B'] },
      left: ['nothing', 'redo', 'crop'],
    });
  });

  test('of others is refused', () => {
    for (const text of ['', '[]', 'null', '{"undo": ["Z"]}', '{"kind": "stillbytes-shortcuts", "version": 2}'])
      expect(() => read(text)).toThrow();
  });
});
