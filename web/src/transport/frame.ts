/** The binary answer of the live socket: u32le length, JSON header, 4 x 256 u32le histogram, JPEG. */
import type { Rect, Size } from '../crop/geometry';
import type { Affine, Mesh } from '../masks/tree';

export type ViewName = 'main' | 'before';

export interface FrameHeader {
  sequence: number;
  photo: string;
  view: ViewName;
  region: Rect;
  scale: number;
  draft: boolean;
  width: number;
  height: number;
  developed: Size;
  white_balance: { temperature: number; tint: number };
  timings: { queue: number; render: number; encode: number };
  clipped: { shadows: number; highlights: number };
  /** Of a proof: the part of what is seen, 0..1, whose colours its profile has not. */
  outside?: number | null;
  /** The part of the developed picture, 0..1, that is empty canvas. */
  empty?: number;
  /** A place of the developed picture, 0..1 across and down, to frame units. */
  to_frame?: [number, number, number, number, number, number];
  /** The same where a lens or perspective bends it. */
  mesh?: Mesh | null;
}

/** From the picture to the frame. */
export function placed({ to_frame, mesh }: FrameHeader): Affine {
  const affine: Affine = to_frame ?? [1, 0, 0, 0, 1, 0];
  return mesh ? Object.assign(affine, { mesh }) : affine;
}

export interface FrameMessage {
  header: FrameHeader;
  /** 256 counts each of red, green, blue and luma. */
  histogram: Uint32Array;
  jpeg: Uint8Array<ArrayBuffer>;
}

export interface LiveError {
  sequence: number;
  view: ViewName;
  error: { message: string; remedy: string };
}

export const BINS = 256;
const CHANNELS = 4;

/** Throws RangeError or SyntaxError for a message that is cut short or not ours. */
export function parseFrame(buffer: ArrayBuffer): FrameMessage {
  const length = new DataView(buffer).getUint32(0, true);
  const start = 4 + length;
  const end = start + CHANNELS * BINS * 4;
  if (end >= buffer.byteLength) throw new RangeError('The frame is cut short.');
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, length))) as FrameHeader;
  // A copy: the header's length need not be a multiple of four, and the array must start at one.
  const histogram = new Uint32Array(buffer.slice(start, end));
  return { header, histogram, jpeg: new Uint8Array(buffer, end) };
}
