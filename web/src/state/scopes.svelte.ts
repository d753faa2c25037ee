/** Histogram, waveform, parade or vectorscope: what is told of the picture beside it. */
import type { Pixels } from '../canvas/scopes';
import { t } from '../texts';
import { kept } from './kept';

export const SCOPES = [
  { key: 'histogram', label: t('Histogram') },
  { key: 'waveform', label: t('Waveform') },
  { key: 'parade', label: t('Parade') },
  { key: 'vectorscope', label: t('Vectorscope') },
] as const;

export type Scope = (typeof SCOPES)[number]['key'];

const last = kept<Scope>('stillbytes.scope', (found) => scopeOf(found));
/** Longest edge of what is read of a frame, in pixels: enough for any plot of the panel, and read within milliseconds. */
const EDGE = 320;

export class Scopes {
  chosen = $state<Scope>(last.get());
  /** Counts of the newest frame that shows the whole picture, by the server. */
  histogram = $state.raw<Uint32Array | null>(null);
  /** That frame reduced to some of its pixels; none while only its histogram is wanted. */
  pixels = $state.raw<Pixels | null>(null);
  private newest: ImageBitmap | null = null;
  private due = false;
  private context: OffscreenCanvasRenderingContext2D | null = null;

  constructor(private readonly space: PredefinedColorSpace) {}

  /** Takes a frame of the whole picture, which is read once it is painted, if it is still the newest one by then. */
  take(image: ImageBitmap, histogram: Uint32Array): void {
    this.histogram = histogram;
    this.newest = image;
    this.readSoon();
  }

  clear(): void {
    this.histogram = this.pixels = this.newest = null;
  }

  choose(key: string): void {
    this.chosen = scopeOf(key);
    last.set(this.chosen);
    this.readSoon();
  }

  /** The next one, and after the last the first. */
  next(): void {
    const at = SCOPES.findIndex(({ key }) => key === this.chosen);
    this.choose(SCOPES[(at + 1) % SCOPES.length]?.key ?? 'histogram');
  }

  private readSoon(): void {
    if (this.due || this.chosen === 'histogram') return;
    this.due = true;
    // A task of its own after the painting.
    requestAnimationFrame(() => setTimeout(() => this.read()));
  }

  private read(): void {
    this.due = false;
    const image = this.newest;
    if (!image?.width || this.chosen === 'histogram') return; // closed ones have no width
    const scale = Math.min(1, EDGE / Math.max(image.width, image.height));
    const width = Math.max(1, Math.round(image.width * scale));
    const height = Math.max(1, Math.round(image.height * scale));
    this.context ??= new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true, colorSpace: this.space });
    if (!this.context) return;
    const { canvas } = this.context;
    if (canvas.width !== width) canvas.width = width;
    if (canvas.height !== height) canvas.height = height;
    // Some of the pixels as they are: a mean of many would hide the brightest and the most colourful.
    this.context.imageSmoothingEnabled = false;
    this.context.drawImage(image, 0, 0, width, height);
    this.pixels = this.context.getImageData(0, 0, width, height);
  }
}

function scopeOf(found: unknown): Scope {
  return SCOPES.find(({ key }) => key === found)?.key ?? 'histogram';
}
