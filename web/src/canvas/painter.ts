/**
 * Paints the stage: embedded preview or last whole frame underneath, the newest frame on top, before beside after.
 *
 * Every layer knows how it was cut out of the photo's frame. One that was cut, turned or mirrored differently from what
 * is shown now is carried over, so that a rotation or a crop is seen at once, before the new frame is there.
 */
import { type Matrix, type Point, type Rect, type Size, alike, inverse, multiplied } from '../crop/geometry';
import type { ViewName } from '../transport/frame';
import { type Demand, type Placement, gridOf, isWhole, landing } from './viewport';

export interface Layer {
  image: ImageBitmap;
  demand: Demand;
  developed: Size;
  /** Frame pixels to pixels of the developed picture that this is a part of. */
  map: Matrix;
  /** What the frame was rendered from, to tell whether two layers belong together. */
  key: string;
}

interface Layers {
  whole: Layer | null;
  part: Layer | null;
}

export interface Scene {
  /** Frame pixels to pixels of the developed picture that is shown. */
  map: Matrix;
  placement: Placement;
  developed: Size;
  compare: 'after' | 'before' | 'split';
  /** Stage x of the divider. */
  divider: number;
  /**
   * In crop mode: the picture stands at -angle, `scale` stage pixels per photo pixel, about its centre, which is at
   * `middle` of the developed picture. `centre` (level coordinates) is in the middle of the stage; `crop` shows the canvas
   * where the picture does not cover it.
   */
  level: { angle: number; scale: number; centre: Point; middle: Point; crop: Rect | null } | null;
}

export class Painter {
  private readonly context: CanvasRenderingContext2D;
  private readonly layers: Record<ViewName, Layers> = { main: empty(), before: empty() };
  private preview: Layer | null = null;
  private surround = '';
  private empty = '';

  constructor(
    readonly canvas: HTMLCanvasElement,
    wide: boolean,
  ) {
    const context = canvas.getContext('2d', { alpha: false, colorSpace: wide ? 'display-p3' : 'srgb' });
    if (!context) throw new Error('This browser has no 2D canvas.');
    this.context = context;
    this.dress();
  }

  /** The page looks otherwise. Asking for it while painting would make the browser lay out the page for every frame. */
  dress(): void {
    const style = getComputedStyle(this.canvas);
    this.surround = style.backgroundColor;
    this.empty = style.color;
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
    if (view === 'main') this.preview = closed(this.preview);
  }

  /** The embedded preview: the whole upright photo, whatever its resolution. */
  putPreview(image: ImageBitmap, frame: Size): void {
    const demand = { scale: 1, region: { x: 0, y: 0, ...frame } };
    this.preview = { image, demand, developed: frame, map: [1, 0, 0, 1, 0, 0], key: 'preview' };
  }

  has(view: ViewName): boolean {
    return this.layers[view].whole !== null || this.layers[view].part !== null;
  }

  /** What the whole picture underneath was rendered from. */
  wholeKey(view: ViewName): string | null {
    return this.layers[view].whole?.key ?? null;
  }

  clear(): void {
    for (const layers of Object.values(this.layers)) {
      layers.whole = closed(layers.whole);
      layers.part = closed(layers.part);
    }
    this.preview = closed(this.preview);
  }

  paint(scene: Scene): void {
    const { canvas, context } = this;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.fillStyle = this.surround;
    context.fillRect(0, 0, canvas.width, canvas.height);
    if (scene.level?.crop) {
      const { scale, centre, crop } = scene.level;
      const x = canvas.width / 2 + (crop.x - centre.x) * scale;
      const y = canvas.height / 2 + (crop.y - centre.y) * scale;
      context.fillStyle = this.empty;
      context.fillRect(x, y, crop.width * scale, crop.height * scale);
    }
    if (scene.compare === 'split' && !scene.level) {
      const right = canvas.width - scene.divider;
      this.clipped({ x: 0, y: 0, width: scene.divider, height: canvas.height }, 'before', scene);
      this.clipped({ x: scene.divider, y: 0, width: right, height: canvas.height }, 'main', scene);
    } else this.paintView(scene.compare === 'before' && this.has('before') ? 'before' : 'main', scene);
  }

  private clipped(area: Rect, view: ViewName, scene: Scene): void {
    const { context } = this;
    context.save();
    context.beginPath();
    context.rect(area.x, area.y, area.width, area.height);
    context.clip();
    this.paintView(view, scene);
    context.restore();
  }

  private paintView(view: ViewName, scene: Scene): void {
    const { whole, part } = this.layers[view];
    for (const layer of [whole ?? this.preview, part]) {
      if (!layer) continue;
      if (!scene.level && alike(layer.map, scene.map)) this.paintInPlace(layer, scene.placement);
      else this.paintCarried(layer, scene);
    }
  }

  private paintInPlace(layer: Layer, placement: Placement): void {
    const { context } = this;
    const at = landing(layer.demand, layer.developed, placement);
    const magnified = at.width / layer.image.width;
    // Photo pixels stay squares at 200 % and more; a draft is smoothed.
    context.imageSmoothingEnabled = !(layer.demand.scale === 1 && magnified >= 2 && layer.key !== 'preview');
    context.imageSmoothingQuality = magnified < 1 ? 'high' : 'medium';
    context.drawImage(layer.image, at.x, at.y, at.width, at.height);
  }

  private paintCarried(layer: Layer, scene: Scene): void {
    const { context, canvas } = this;
    const { placement, developed, level } = scene;
    context.save();
    if (level) {
      const { scale, centre, middle } = level;
      context.translate(canvas.width / 2 - centre.x * scale, canvas.height / 2 - centre.y * scale);
      context.rotate((-level.angle * Math.PI) / 180);
      context.scale(scale, scale);
      context.translate(-middle.x, -middle.y);
    } else {
      context.beginPath();
      context.rect(placement.x, placement.y, placement.width, placement.height);
      context.clip();
      context.translate(placement.x, placement.y);
      context.scale(placement.width / developed.width, placement.height / developed.height);
    }
    context.transform(...multiplied(scene.map, inverse(layer.map)));
    const grid = gridOf(layer.developed, layer.demand.scale);
    context.scale(layer.developed.width / grid.width, layer.developed.height / grid.height);
    const { x, y, width, height } = layer.demand.region;
    context.imageSmoothingEnabled = true;
    context.imageSmoothingQuality = 'high';
    context.drawImage(layer.image, x, y, width, height);
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
