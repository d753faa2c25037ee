import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { BINS, type FrameHeader, type LiveError, parseFrame } from './frame';
import { type Frame, Live, type LinkState, type Wish } from './live';

class FakeSocket {
  static all: FakeSocket[] = [];
  static get newest(): FakeSocket {
    const socket = FakeSocket.all.at(-1);
    if (!socket) throw new Error('no socket was opened');
    return socket;
  }
  readyState = 0;
  binaryType = '';
  sent: (Wish & { sequence: number })[] = [];
  onopen: (() => void) | null = null;
  onclose: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;

  constructor() {
    FakeSocket.all.push(this);
  }
  send(text: string) {
    this.sent.push(JSON.parse(text) as Wish & { sequence: number });
  }
  accept() {
    this.readyState = 1;
    this.onopen?.();
  }
  drop() {
    this.readyState = 3;
    this.onclose?.();
  }
  close() {
    this.drop();
  }
}

function wish(more: Partial<Wish> = {}): Wish {
  const region = { x: 0, y: 0, width: 10, height: 10 };
  return {
    photo: 'a',
    view: 'main',
    settings: {},
    scale: 1,
    region,
    draft: true,
    space: 'srgb',
    clipping: 'none',
    ...more,
  };
}

function message(header: Partial<FrameHeader>): ArrayBuffer {
  const text = new TextEncoder().encode(JSON.stringify({ view: 'main', photo: 'a', timings: {}, ...header }));
  const bytes = new Uint8Array(4 + text.length + 4 * BINS * 4 + 3);
  new DataView(bytes.buffer).setUint32(0, text.length, true);
  bytes.set(text, 4);
  new DataView(bytes.buffer).setUint32(4 + text.length, 7, true);
  return bytes.buffer;
}

const shown: number[] = [];
const errors: LiveError[] = [];
const states: LinkState[] = [];
const closed: number[] = [];
let decoding: (() => void)[] = [];
let slow = false;
let live: Live;

const settle = () => vi.advanceTimersByTimeAsync(0);
const answer = async (header: Partial<FrameHeader>) => {
  FakeSocket.newest.onmessage?.({ data: message(header) });
  await settle();
};

beforeEach(() => {
  vi.useFakeTimers();
  for (const list of [FakeSocket.all, shown, errors, states, closed]) list.length = 0;
  decoding = [];
  slow = false;
  live = new Live({
    url: 'ws://here/live',
    onframe: (frame: Frame) => shown.push(frame.header.sequence),
    onerror: (error) => errors.push(error),
    onstate: (state) => states.push(state),
    connect: () => new FakeSocket() as unknown as WebSocket,
    decode: async () => {
      if (slow) await new Promise<void>((done) => decoding.push(done));
      return { close: () => closed.push(1) } as unknown as ImageBitmap;
    },
  });
});

afterEach(() => {
  live.close();
  vi.useRealTimers();
});

describe('asking', () => {
  test('waits for the connection and then sends what is wanted', () => {
    live.request(wish());
    expect(FakeSocket.newest.sent).toEqual([]);
    FakeSocket.newest.accept();
    expect(FakeSocket.newest.sent.map((r) => r.sequence)).toEqual([1]);
  });

  test('keeps one request in flight and only the newest wish behind it', async () => {
    FakeSocket.newest.accept();
    for (const value of [1, 2, 3, 4]) live.request(wish({ settings: { exposure: value } }));
    expect(FakeSocket.newest.sent).toHaveLength(1);
    await answer({ sequence: 1 });
    expect(FakeSocket.newest.sent.map((r) => r.settings.exposure)).toEqual([1, 4]);
  });

  test('asks for the next only when the frame is drawn', async () => {
    slow = true;
    FakeSocket.newest.accept();
    live.request(wish());
    live.request(wish({ settings: { exposure: 2 } }));
    await answer({ sequence: 1 });
    expect(FakeSocket.newest.sent).toHaveLength(1);
    decoding.forEach((done) => done());
    await settle();
    expect(shown).toEqual([1]);
    expect(FakeSocket.newest.sent).toHaveLength(2);
  });

  test('lets a draft overtake a full frame, but not another draft', () => {
    FakeSocket.newest.accept();
    live.request(wish({ draft: false }));
    live.request(wish({ draft: true }));
    live.request(wish({ draft: true }));
    expect(FakeSocket.newest.sent.map((r) => r.draft)).toEqual([false, true]);
  });

  test('asks for both views at once', () => {
    FakeSocket.newest.accept();
    live.request(wish({ view: 'main' }));
    live.request(wish({ view: 'before' }));
    expect(FakeSocket.newest.sent.map((r) => r.view)).toEqual(['main', 'before']);
  });
});

describe('answers', () => {
  test('that are older than what is shown are dropped', async () => {
    FakeSocket.newest.accept();
    live.request(wish({ draft: false }));
    live.request(wish({ draft: true }));
    await answer({ sequence: 2 });
    await answer({ sequence: 1 });
    expect(shown).toEqual([2]);
  });

  test('that were overtaken while they were decoded are closed and not drawn', async () => {
    slow = true;
    FakeSocket.newest.accept();
    live.request(wish({ draft: false }));
    live.request(wish({ draft: true }));
    await answer({ sequence: 1 });
    await answer({ sequence: 2 });
    decoding[1]?.();
    await settle();
    decoding[0]?.();
    await settle();
    expect(shown).toEqual([2]);
    expect(closed).toHaveLength(1);
  });

  test('of another photo are dropped', async () => {
    FakeSocket.newest.accept();
    live.request(wish({ photo: 'a' }));
    live.request(wish({ photo: 'b' }));
    await answer({ sequence: 1, photo: 'a' });
    expect(shown).toEqual([]);
    expect(FakeSocket.newest.sent.map((r) => r.photo)).toEqual(['a', 'b']);
  });

  test('to a forgotten view are dropped', async () => {
    FakeSocket.newest.accept();
    live.request(wish());
    live.forget('main');
    await answer({ sequence: 1 });
    expect(shown).toEqual([]);
    expect(live.busy('main')).toBe(false);
  });

  test('that are errors free the slot and are told', () => {
    FakeSocket.newest.accept();
    live.request(wish());
    live.request(wish({ settings: { exposure: 2 } }));
    const error = { sequence: 1, view: 'main', error: { message: 'No such photo.', remedy: 'Choose another.' } };
    FakeSocket.newest.onmessage?.({ data: JSON.stringify(error) });
    expect(errors.map((e) => e.error.message)).toEqual(['No such photo.']);
    expect(FakeSocket.newest.sent).toHaveLength(2);
  });
});

describe('a lost connection', () => {
  test('is tried again with growing pauses', async () => {
    FakeSocket.newest.accept();
    FakeSocket.newest.drop();
    expect(states.at(-1)).toBe('lost');
    await vi.advanceTimersByTimeAsync(250);
    expect(FakeSocket.all).toHaveLength(2);
    FakeSocket.newest.drop();
    await vi.advanceTimersByTimeAsync(250);
    expect(FakeSocket.all).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(250);
    expect(FakeSocket.all).toHaveLength(3);
    FakeSocket.newest.accept();
    expect(states.at(-1)).toBe('open');
  });

  test('asks again for what was under way, or for what is newer', async () => {
    FakeSocket.newest.accept();
    live.request(wish({ settings: { exposure: 1 } }));
    FakeSocket.newest.drop();
    await vi.advanceTimersByTimeAsync(250);
    FakeSocket.newest.accept();
    expect(FakeSocket.newest.sent.map((r) => r.settings.exposure)).toEqual([1]);
    live.request(wish({ settings: { exposure: 2 } }));
    FakeSocket.newest.drop();
    live.retry();
    FakeSocket.newest.accept();
    expect(FakeSocket.newest.sent.map((r) => r.settings.exposure)).toEqual([2]);
  });

  test('is not tried again once the page closed it', async () => {
    FakeSocket.newest.accept();
    live.close();
    await vi.advanceTimersByTimeAsync(60000);
    expect(FakeSocket.all).toHaveLength(1);
  });
});

describe('the frame format', () => {
  test('is read whatever the length of its header', () => {
    for (const photo of ['a', 'ab', 'abc', 'abcd']) {
      const { header, histogram, jpeg } = parseFrame(message({ sequence: 3, photo }));
      expect(header.photo).toBe(photo);
      expect(histogram[0]).toBe(7);
      expect(histogram).toHaveLength(1024);
      expect(jpeg).toHaveLength(3);
    }
  });

  test('is refused when cut short', () => {
    expect(() => parseFrame(message({ sequence: 3 }).slice(0, 200))).toThrow(RangeError);
  });
});
