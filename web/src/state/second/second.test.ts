import { beforeEach, describe, expect, test, vi } from 'vitest';
import { appearing } from '../appearance.svelte';
import { Follower } from './following.svelte';
import { toggleSecond } from './telling.svelte';
import { type Told, followed, ownName, secondUrl } from './told';

const told = (more: Partial<Told> = {}): Told => ({
  photo: 'a',
  settings: { exposure: 1 },
  appearance: 'dark',
  gone: false,
  ...more,
});

describe('the address', () => {
  test('says which window is followed', () => {
    const search = new URL(secondUrl('x1'), 'http://here').search;
    expect(followed(search)).toBe('x1');
    expect(followed('')).toBeNull();
    expect(followed('?window=first&of=x1')).toBeNull();
  });

  test('names a window the same when it is loaded again', () => {
    expect(ownName()).toBe(ownName());
  });
});

describe('following', () => {
  const shown: unknown[] = [];
  const viewer = { id: null as string | null, show: (...what: unknown[]) => shown.push(what), redraw: vi.fn() };
  let follower: Follower;

  beforeEach(() => {
    shown.length = 0;
    viewer.redraw.mockClear();
    follower = new Follower(viewer as never);
  });

  test('shows the photo as it is in the other window, stored or not', () => {
    expect(follower.state).toBe('waiting');
    follower.hear(told());
    follower.hear(told({ settings: { exposure: 2 } }));
    follower.hear(told({ photo: 'b', settings: {} }));
    expect(follower.state).toBe('photo');
    expect(shown).toEqual([
      ['a', { exposure: 1 }],
      ['a', { exposure: 2 }],
      ['b', {}],
    ]);
  });

  test('tells that nothing is open, that the other window is gone, and goes on when it is back', () => {
    follower.hear(told({ photo: null }));
    expect(follower.state).toBe('none');
    follower.hear(told({ gone: true }));
    expect(follower.state).toBe('gone');
    expect(shown).toEqual([]);
    follower.hear(told());
    expect(follower.state).toBe('photo');
    follower.closed();
    expect(follower.state).toBe('unreadable');
  });

  test('has the same greys', () => {
    follower.hear(told({ appearance: 'light' }));
    expect([appearing.current, document.documentElement.dataset.appearance]).toEqual(['light', 'light']);
    follower.hear(told());
    expect(appearing.current).toBe('dark');
  });

  test('draws again what is different with the same settings', () => {
    viewer.id = 'a';
    follower.happened('denoised', { photo: 'b' });
    follower.happened('photo-changed', { id: 'a' });
    expect(viewer.redraw).not.toHaveBeenCalled();
    follower.happened('denoised', { photo: 'a' });
    follower.happened('patch-made', { photo: 'a' });
    expect(viewer.redraw).toHaveBeenCalledTimes(2);
  });
});

describe('opening', () => {
  const errors: string[] = [];
  const app = { notices: { error: (message: string) => errors.push(message) } } as never;

  test('tells when the browser refuses, and closes what it has opened', () => {
    const opened = { closed: false, focus: vi.fn(), close: vi.fn(() => (opened.closed = true)) };
    const open = vi.fn<() => unknown>(() => null);
    vi.stubGlobal('open', open);
    toggleSecond(app);
    expect(errors).toHaveLength(1);
    open.mockReturnValue(opened);
    toggleSecond(app);
    expect(opened.focus).toHaveBeenCalled();
    toggleSecond(app);
    expect(opened.close).toHaveBeenCalled();
    toggleSecond(app);
    expect(open).toHaveBeenCalledTimes(3);
    expect(errors).toHaveLength(1);
    vi.unstubAllGlobals();
  });
});
