import { describe, expect, test } from 'vitest';
import { find, hint, withKeys } from './current.svelte';
import { keeps } from './focus';
import { type Press, matches, pressed, printed, spoken, written } from './pattern';
import { named } from './search';
import { SHORTCUTS } from './table';

const press = (key: string, more: Partial<Press> = {}): Press => ({
  key,
  ctrlKey: false,
  metaKey: false,
  shiftKey: false,
  altKey: false,
  ...more,
});

describe('matching', () => {
  test('wants exactly the modifiers that are named', () => {
    expect(matches('Mod+Z', press('z', { ctrlKey: true }), false)).toBe(true);
    expect(matches('Mod+Z', press('Z', { ctrlKey: true, shiftKey: true }), false)).toBe(false);
    expect(matches('Mod+Shift+Z', press('Z', { ctrlKey: true, shiftKey: true }), false)).toBe(true);
    expect(matches('Z', press('z', { ctrlKey: true }), false)).toBe(false);
  });

  test('takes Command for Ctrl on a Mac', () => {
    expect(matches('Mod+Z', press('z', { metaKey: true }), true)).toBe(true);
    expect(matches('Mod+Z', press('z', { ctrlKey: true }), true)).toBe(false);
  });

  test('does not care how a layout types a sign', () => {
    expect(matches('?', press('?', { shiftKey: true }), false)).toBe(true);
    expect(matches('Mod++', press('+', { ctrlKey: true, shiftKey: true }), false)).toBe(true);
    expect(matches('Mod++', press('+', { ctrlKey: true }), false)).toBe(true);
  });

  test('of a sign typed with AltGr asks neither for Ctrl nor for Alt', () => {
    const AltGraph = { getModifierState: (name: string) => name === 'AltGraph' };
    expect(pressed(press('[', { ctrlKey: true, altKey: true, ...AltGraph }), false)).toBe('[');
    expect(pressed(press('[', AltGraph), false)).toBe('[');
    expect(pressed(press('[', { ctrlKey: true, ...AltGraph }), false)).toBe('Mod+[');
    expect(pressed(press('[', { altKey: true, code: 'Digit5' }), true)).toBe('[');
  });

  test('goes by the place of a key that types no Latin letter', () => {
    expect(pressed(press('я', { code: 'KeyZ', ctrlKey: true }), false)).toBe('Mod+Z');
    expect(pressed(press('å', { code: 'KeyA', altKey: true }), true)).toBe('Alt+A');
    expect(pressed(press('º', { code: 'Digit0', altKey: true, metaKey: true }), true)).toBe('Mod+Alt+0');
    expect(pressed(press('ö', { code: 'Semicolon' }), false)).toBe('Ö');
    expect(pressed(press('Ñ', { code: 'Semicolon', shiftKey: true }), false)).toBe('Shift+Ñ');
    expect(pressed(press('ß', { code: 'Minus' }), false)).toBe('ß');
    // On an AZERTY keyboard digits want Shift.
    expect(pressed(press('1', { code: 'Digit1', shiftKey: true }), false)).toBe('1');
  });

  test('waits for what is no combination yet', () => {
    for (const key of ['Shift', 'Control', 'Dead', 'AltGraph', 'Unidentified', 'Process'])
      expect(pressed(press(key), false)).toBeNull();
    expect(pressed(press('z', { metaKey: true }), false)).toBeNull();
  });

  test('names the space bar', () => {
    expect(matches('Space', press(' '), false)).toBe(true);
  });
});

test('the same key means different things inside and outside the crop tool', () => {
  expect(find(press('Enter'), 'crop', false)).toBe('commit');
  expect(find(press('Enter'), 'develop', false)).toBeNull();
  expect(find(press('ArrowRight'), 'crop', false)).toBeNull();
  expect(find(press('ArrowRight'), 'develop', false)).toBe('next');
});

test('the same key means different things in the library and before a photo', () => {
  expect(find(press('x'), 'crop', false)).toBe('crop-swap');
  expect(find(press('x'), 'library', false)).toBe('reject');
  expect(find(press('ArrowRight'), 'library', false)).toBe('right');
  expect(find(press('ArrowRight', { shiftKey: true }), 'library', false)).toBe('extend-right');
  expect(find(press('w'), 'library', false)).toBeNull();
});

test('every command is described, and its keys are written as they are pressed', () => {
  for (const { says, keys } of SHORTCUTS) {
    expect(says.length).toBeGreaterThan(2);
    expect(keys.map(written)).toEqual(keys);
  }
});

test('combinations are written in one way', () => {
  expect(written('Shift+Mod+z')).toBe('Mod+Shift+Z');
  expect(written('Mod++')).toBe('Mod++');
  expect(written('+')).toBe('+');
  for (const wrong of ['', 'Mod+', 'Ctrl+Z', 'Mod+Mod+Z', 'Mod+Nothing', 'Shift+?', ' '])
    expect(written(wrong)).toBeNull();
});

test('commands are found by any words of theirs', () => {
  const found = (text: string) => named(SHORTCUTS, text).map(({ id }) => id);
  expect(found('brush hard')).toEqual(['brush-harder']);
  expect(found('UNDO')).toEqual(['undo']);
  expect(found('export')[0]).toBe('export');
  expect(found('nothing of ours')).toEqual([]);
  expect(found('  ')).toHaveLength(SHORTCUTS.length);
});

describe('focus', () => {
  const element = (html: string) => {
    document.body.innerHTML = html;
    return document.body.firstElementChild;
  };

  test('in a text field keeps every key', () => {
    expect(keeps(element('<input type="text">'), press('z'))).toBe(true);
    expect(keeps(element('<input type="text">'), press('z', { ctrlKey: true }))).toBe(true);
  });

  test('on a slider keeps the arrows and leaves the letters', () => {
    expect(keeps(element('<input type="range">'), press('ArrowLeft'))).toBe(true);
    expect(keeps(element('<input type="range">'), press('z'))).toBe(false);
    expect(keeps(element('<input type="range">'), press(' '))).toBe(false);
    expect(keeps(element('<input type="checkbox">'), press(' '))).toBe(true);
    expect(keeps(element('<input type="range">'), press('z', { ctrlKey: true }))).toBe(false);
  });

  test('on a button keeps space and leaves the arrows', () => {
    expect(keeps(element('<button>x</button>'), press(' '))).toBe(true);
    expect(keeps(element('<button>x</button>'), press('ArrowLeft'))).toBe(false);
    expect(keeps(element('<button data-arrows>x</button>'), press('ArrowLeft'))).toBe(true);
  });
});

test('keys are printed as they stand on the keyboard', () => {
  expect(printed('Mod+Shift+Z', false)).toEqual(['Ctrl', 'Shift', 'Z']);
  expect(printed('Mod++', false)).toEqual(['Ctrl', '+']);
  expect(hint('redo', false)).toBe('Ctrl+Shift+Z');
  expect(hint('redo', true)).toBe('⌘⇧Z');
  expect(spoken('Mod+Shift+Z', false)).toBe('Control+Shift+Z');
  expect(spoken('Mod++', true)).toBe('Meta+Plus');
  expect(withKeys('Add', 'add-folder')).toBe('Add');
  expect(withKeys('Grid', 'grid')).toBe('Grid (G)');
});
