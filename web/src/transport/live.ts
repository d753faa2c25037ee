/**
 * The live socket: asks for frames and hands over what comes back.
 *
 * One request is in flight per view and the newest wish waits behind it; older wishes are forgotten. The slot is freed
 * when the frame is on the canvas, so that the server never runs ahead of the screen. A draft does not wait for a full
 * frame: it overtakes it. Frames that are older than what is shown, or of another photo, are dropped.
 */
import type { Rect } from '../crop/geometry';
import { delay } from './backoff';
import { type FrameHeader, type LiveError, type ViewName, parseFrame } from './frame';
import { type FrameMetrics, afterPaint, record } from './metrics';
import { t } from '../texts';

/** Shows a mask on the picture. */
export interface Overlay {
  adjustment: string;
  component: number | null;
  style: 'red' | 'green' | 'blue' | 'white' | 'black' | 'image';
}

/** Shows the picture through the colours that an export would have. */
export interface Proof {
  space: string;
  /** Name of a profile kept by the server, which then takes the place of the space; "" for none. */
  icc: string;
  intent: string;
  black_point: boolean;
  /** Colours that it has not are grey. */
  warn: boolean;
}

export interface Wish {
  photo: string;
  view: ViewName;
  settings: Record<string, unknown>;
  scale: number;
  region: Rect;
  draft: boolean;
  space: 'srgb' | 'display-p3';
  clipping: 'none' | 'shadows' | 'highlights' | 'both';
  overlay?: Overlay | null;
  proof?: Proof | null;
}

export interface Frame {
  header: FrameHeader;
  histogram: Uint32Array;
  image: ImageBitmap;
  /** What the page asked for. */
  wish: Wish;
}

export type LinkState = 'connecting' | 'open' | 'lost';

export interface LiveOptions {
  url: string;
  /** Draws the frame at once. Never called for a stale one. */
  onframe: (frame: Frame) => void;
  onerror: (error: LiveError) => void;
  onstate: (state: LinkState) => void;
  connect?: (url: string) => WebSocket;
  decode?: (jpeg: Uint8Array<ArrayBuffer>) => Promise<ImageBitmap>;
}

interface Pending {
  sequence: number;
  wish: Wish;
  input: number | null;
  sent: number;
}

interface Slot {
  wanted: { wish: Wish; input: number | null } | null;
  flying: Pending | null;
  shown: number;
}

const VIEWS: readonly ViewName[] = ['main', 'before'];

/** Keeps the JPEG's own profile: no colorSpaceConversion, which would take Display P3 for sRGB. */
export function decodeJpeg(jpeg: Uint8Array<ArrayBuffer>): Promise<ImageBitmap> {
  return createImageBitmap(new Blob([jpeg], { type: 'image/jpeg' }));
}

export class Live {
  private socket: WebSocket | null = null;
  private sequence = 0;
  private attempt = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private closed = false;
  private readonly sent = new Map<number, Pending>();
  private readonly slots: Record<ViewName, Slot> = { main: empty(), before: empty() };
  private readonly connect: (url: string) => WebSocket;
  private readonly decode: (jpeg: Uint8Array<ArrayBuffer>) => Promise<ImageBitmap>;

  constructor(private readonly options: LiveOptions) {
    this.connect = options.connect ?? ((url) => new WebSocket(url));
    this.decode = options.decode ?? decodeJpeg;
    this.open();
  }

  /** Asks for a frame. `input` is the timestamp of the event that caused it. */
  request(wish: Wish, input: number | null = null): void {
    const slot = this.slots[wish.view];
    slot.wanted = { wish, input };
    this.pump(wish.view);
  }

  /** Forgets what is wanted and under way for a view; frames that still come are dropped. */
  forget(view: ViewName): void {
    const slot = this.slots[view];
    slot.wanted = null;
    slot.flying = null;
    slot.shown = this.sequence;
  }

  /** Whether an answer is still to come. */
  busy(view: ViewName): boolean {
    return this.slots[view].flying !== null || this.slots[view].wanted !== null;
  }

  /** Connects at once instead of waiting for the next attempt. */
  retry(): void {
    if (this.socket || this.closed) return;
    clearTimeout(this.timer);
    this.open();
  }

  close(): void {
    this.closed = true;
    clearTimeout(this.timer);
    this.socket?.close();
  }

  private open(): void {
    this.options.onstate(this.attempt === 0 ? 'connecting' : 'lost');
    const socket = this.connect(this.options.url);
    socket.binaryType = 'arraybuffer';
    this.socket = socket;
    socket.onopen = () => {
      this.attempt = 0;
      this.options.onstate('open');
      for (const view of VIEWS) this.pump(view);
    };
    socket.onmessage = (event: MessageEvent<string | ArrayBuffer>) => {
      if (this.socket !== socket) return;
      if (typeof event.data === 'string') this.refused(JSON.parse(event.data) as LiveError);
      else void this.arrived(event.data, performance.now());
    };
    socket.onclose = () => {
      if (this.socket === socket) this.lost();
    };
  }

  private lost(): void {
    this.socket = null;
    this.sent.clear();
    for (const slot of Object.values(this.slots)) {
      // What was under way is wanted again, unless something newer is.
      if (slot.flying) slot.wanted ??= { wish: slot.flying.wish, input: null };
      slot.flying = null;
    }
    if (this.closed) return;
    this.options.onstate('lost');
    this.timer = setTimeout(() => this.open(), delay(this.attempt++));
  }

  private pump(view: ViewName): void {
    const slot = this.slots[view];
    const { wanted, flying, shown } = slot;
    if (!wanted || this.socket?.readyState !== 1) return;
    if (flying && !(wanted.wish.draft && !flying.wish.draft)) return;
    slot.wanted = null;
    const pending: Pending = { sequence: ++this.sequence, ...wanted, sent: performance.now() };
    slot.flying = pending;
    this.sent.set(pending.sequence, pending);
    for (const old of this.sent.keys()) if (old < shown) this.sent.delete(old);
    this.socket.send(JSON.stringify({ sequence: pending.sequence, ...wanted.wish }));
  }

  private refused(error: LiveError): void {
    const slot = this.slots[error.view] as Slot | undefined;
    if (!slot) return;
    this.sent.delete(error.sequence);
    if (slot.flying?.sequence === error.sequence) {
      slot.flying = null;
      this.options.onerror(error);
    }
    this.pump(error.view);
  }

  private async arrived(data: ArrayBuffer, received: number): Promise<void> {
    const { header, histogram, jpeg } = parseFrame(data);
    const slot = this.slots[header.view];
    const pending = this.sent.get(header.sequence);
    this.sent.delete(header.sequence);
    if (pending && this.fresh(header, slot)) {
      try {
        const image = await this.decode(jpeg);
        const decoded = performance.now();
        if (this.fresh(header, slot)) {
          slot.shown = header.sequence;
          this.options.onframe({ header, histogram, image, wish: pending.wish });
          this.note(header, pending, jpeg.byteLength, received, decoded);
        } else {
          image.close();
        }
      } catch {
        const remedy = t('Move a slider to ask for the next one.');
        const error = { message: t('A frame of the picture could not be read.'), remedy };
        this.options.onerror({ sequence: header.sequence, view: header.view, error });
      }
    }
    if (slot.flying && slot.flying.sequence <= header.sequence) slot.flying = null;
    this.pump(header.view);
  }

  /** Newer than what is shown, and of the photo that is asked about now. */
  private fresh(header: FrameHeader, slot: Slot): boolean {
    const current = slot.wanted?.wish.photo ?? slot.flying?.wish.photo ?? header.photo;
    return header.sequence > slot.shown && header.photo === current;
  }

  private note(header: FrameHeader, pending: Pending, bytes: number, received: number, decoded: number): void {
    const { sequence, view, draft, width, height, timings } = header;
    const drawn = performance.now();
    const entry = { sequence, view, draft, width, height, bytes, timings, received, decoded, drawn };
    const { input, sent } = pending;
    afterPaint((painted) => record({ ...entry, input, sent, painted } satisfies FrameMetrics));
  }
}

function empty(): Slot {
  return { wanted: null, flying: null, shown: 0 };
}
