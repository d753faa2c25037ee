/** Paints the stage: embedded preview or last whole frame underneath, the newest frame on top, before beside after. */
import type { Matrix, Rect, Size } from '../crop/geometry';
import type { ViewName } from '../transport/frame';
import { type Demand, type Placement, isWhole, landing } from './viewport';

export interface Layer {
  image: ImageBitmap;
  demand: Demand;
  developed: Size;
  /** What the frame was rendered from, to tell whether two layers belong together. */
  key: string;
}

interface Layers {
  whole: Layer | null;
  part: Layer | null;
}

/** The embedded preview: the upright uncropped photo, and how it maps to the developed picture. */
export interface Preview {
  image: ImageBitmap;
  frame: Size;
  toDeveloped: Matrix;
  developed: Size;
}

export interface Scene {
  placement: Placement;
  compare: 'after' | 'before' | 'split';
  /** Stage x of the divider. */
  divider: number;
  /** Set in crop mode: the whole picture stands at -angle about its centre, `scale` stage pixels per photo pixel. */
  level: { angle: number; scale: number; turned: Size } | null;
}

export class Painter {
  private readonly context: CanvasRenderingContext2D;
  private readonly layers: Record<ViewName, Layers> = { main: empty(), before: empty() };
  preview: Preview | null = null;

  constructor(
    readonly canvas: HTMLCanvasElement,
    wide: boolean,
  ) {
    const context = canvas.getContext('2d', { alpha: false, colorSpace: wide ? 'display-p3' : 'srgb' });
    if (!context) throw new Error('This browser has no 2D canvas.');
    this.context = context;
  }

  /** Takes a frame; the painter closes its image when a newer one takes its place. */
  put(view: ViewName, layer: Layer): void {
    const layers = this.layers[view];
    if (isWhole(layer.demand, layer.developed)) {
      // A small overview must not take the place of the sharp tile that lies on it.
      const keep = layers.part?.key === layer.key && layers.part.demand.scale > layer.demand.scale;
      if (!keep) layers.part = closed(layers.part);
      closed(layers.whole);
      layers.whole = layer;
    } else {
      closed(layers.part);
      layers.part = layer;
    }
  }

  has(view: ViewName): boolean {
    return this.layers[view].whole !== null || this.layers[view].part !== null;
  }

  /** What the whole picture underneath was rendered from. */
  wholeKey(view: ViewName): string | null {
    return this.layers[view].whole?.key ?? null;
  }

  clear(view: ViewName): void {
    const layers = this.layers[view];
    layers.whole = closed(layers.whole);
    layers.part = closed(layers.part);
  }

  clearPreview(): void {
    this.preview?.image.close();
    this.preview = null;
  }

  paint(scene: Scene): void {
    const { canvas, context } = this;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.fillStyle = getComputedStyle(canvas).backgroundColor;
    context.fillRect(0, 0, canvas.width, canvas.height);
    if (scene.level) this.paintLevel(scene.level);
    else if (scene.compare === 'split') {
      this.clipped({ x: 0, y: 0, width: scene.divider, height: canvas.height }, 'before', scene.placement);
      const rest = { x: scene.divider, y: 0, width: canvas.width - scene.divider, height: canvas.height };
      this.clipped(rest, 'main', scene.placement);
    } else this.paintView(scene.compare === 'before' && this.has('before') ? 'before' : 'main', scene.placement);
  }

  private clipped(area: Rect, view: ViewName, placement: Placement): void {
    const { context } = this;
    context.save();
    context.beginPath();
    context.rect(area.x, area.y, area.width, area.height);
    context.clip();
    this.paintView(view, placement);
    context.restore();
  }

  private paintView(view: ViewName, placement: Placement): void {
    const { whole, part } = this.layers[view];
    if (whole) this.layer(whole, placement);
    else if (this.preview) this.paintPreview(this.preview, placement);
    if (part) this.layer(part, placement);
  }

  private layer(layer: Layer, placement: Placement): void {
    const { context } = this;
    const at = landing(layer.demand, layer.developed, placement);
    const magnified = at.width / layer.image.width;
    // Photo pixels stay squares at 200 % and more; a draft is smoothed.
    context.imageSmoothingEnabled = !(layer.demand.scale === 1 && magnified >= 2);
    context.imageSmoothingQuality = magnified < 1 ? 'high' : 'medium';
    context.drawImage(layer.image, at.x, at.y, at.width, at.height);
  }

  private paintPreview({ image, frame, toDeveloped, developed }: Preview, placement: Placement): void {
    const { context } = this;
    context.save();
    context.beginPath();
    context.rect(placement.x, placement.y, placement.width, placement.height);
    context.clip();
    context.translate(placement.x, placement.y);
    context.scale(placement.width / developed.width, placement.height / developed.height);
    context.transform(...toDeveloped);
    context.imageSmoothingEnabled = true;
    context.imageSmoothingQuality = 'high';
    context.drawImage(image, 0, 0, frame.width, frame.height);
    context.restore();
  }

  private paintLevel({ angle, scale, turned }: NonNullable<Scene['level']>): void {
    const { canvas, context } = this;
    const layer = this.layers.main.whole;
    if (!layer) return;
    context.save();
    context.translate(canvas.width / 2, canvas.height / 2);
    context.rotate((-angle * Math.PI) / 180);
    context.imageSmoothingEnabled = true;
    context.imageSmoothingQuality = 'high';
    const width = turned.width * scale;
    const height = turned.height * scale;
    context.drawImage(layer.image, -width / 2, -height / 2, width, height);
    context.restore();
  }
}

function empty(): Layers {
  return { whole: null, part: null };
}

function closed(layer: Layer | null): null {
  layer?.image.close();
  return null;
}
