import { describe, expect, test } from 'vitest';
import { type Press, find, hint, keeps, matches, printed } from './match';
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

test('no two commands share a key in the same mode', () => {
  for (const mode of ['crop', 'develop', 'library'] as const) {
    const keys = SHORTCUTS.filter((s) => !s.during || s.during.includes(mode)).flatMap((s) => s.keys);
    expect(new Set(keys).size).toBe(keys.length);
  }
});

test('every command is described', () => {
  for (const { says, keys } of SHORTCUTS) {
    expect(says.length).toBeGreaterThan(2);
    expect(keys.length).toBeGreaterThan(0);
  }
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
});
