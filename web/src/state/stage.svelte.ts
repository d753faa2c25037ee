/** What is on the canvas: view, comparison, tools; asks the live socket for frames and gives them to the painter. */
import { Painter, type Scene } from '../canvas/painter';
import {
  FITTED,
  type Demand,
  type Placement,
  type View,
  type Zoom,
  demand,
  fitScale,
  isWhole,
  overview,
  panned,
  place,
  stepped,
  zoomedAt,
} from '../canvas/viewport';
import { wholeCanvas } from '../crop/canvas';
import { type Matrix, type Point, type Rect, type Size, apply, turnedSize } from '../crop/geometry';
import { mapOf, onlyGeometry, sizeOf } from '../crop/settings';
import { previewUrl } from '../api';
import type { Settings } from '../api/types';
import { type ViewName, placed } from '../transport/frame';
import { Ground } from '../masks/ground';
import type { Affine } from '../masks/tree';
import type { Frame, Live, Overlay, Proof, Wish } from '../transport/live';
import { Clipping } from './clipping.svelte';
import type { Editor } from './editor.svelte';
import { Sight } from './crop/sight.svelte';
import { Scopes } from './scopes.svelte';

export type Compare = 'after' | 'before' | 'split';

/** After the last movement a full frame is asked for. */
const REST = 120;
const OVERVIEW_EDGE = 1024;

export class Stage {
  size = $state.raw<Size>({ width: 1, height: 1 });
  ratio = $state(1);
  view = $state.raw<View>(FITTED);
  compare = $state<Compare>('after');
  /** The divider, as a part of the stage's width. */
  divider = $state(0.5);
  picking = $state(false);
  /** Settings that are shown in place of the photo's, while an eye is held or the pointer is over a preset. */
  private peeking = $state.raw<Settings | null>(null);
  /** Angle at which the crop tool shows the picture; null while the tool is closed. */
  level = $state<number | null>(null);
  readonly clipping = new Clipping(() => this.ask(false));
  waiting = $state(false);
  /** The mask that is shown on the picture. */
  overlay: () => Overlay | null = () => null;
  /** The colours of an export that the picture is shown through. */
  proof: () => Proof | null = () => null;

  readonly wide = matchMedia('(color-gamut: p3)').matches;
  readonly scopes = new Scopes(this.wide ? 'display-p3' : 'srgb');
  painter: Painter | null = null;
  private rest: ReturnType<typeof setTimeout> | undefined;
  private slow: ReturnType<typeof setTimeout> | undefined;
  private last: Zoom = 1;
  /** The map of the newest painting, to tell a turn or a crop from other changes. */
  private painted = '';
  private askedBefore = '';

  /** While the photo is not known yet: the embedded preview's size stands for the picture's. */
  private provisional = $state.raw<Size | null>(null);
  private preview: ImageBitmap | null = null;
  developed = $derived.by<Size>(() => this.provisional ?? sizeOf(this.shown, this.editor.frame));
  /** Settings that the frame on the canvas is rendered from: while cropping all that there is is asked for. */
  private shown = $derived.by<Settings>(() => {
    const settings = this.peeking ?? this.editor.settings;
    return this.level === null ? settings : wholeCanvas(settings, this.editor.frame);
  });
  private map = $derived.by<Matrix>(() =>
    this.provisional ? [1, 0, 0, 1, 0, 0] : mapOf(this.shown, this.editor.frame),
  );
  placement = $derived.by<Placement>(() => place(this.shownView, this.developed, this.size, this.margin));
  fitted = $derived(fitScale(this.developed, this.size, this.margin));
  readonly sight = new Sight(() => ({
    turned: turnedSize(this.editor.frame, this.editor.orientation),
    ...{ angle: this.level ?? 0, stage: this.size, margin: this.margin },
  }));
  /** The part of the developed picture, 0..1, that is empty canvas. */
  empty = $state(0);
  /** Of a proof: the part of what is seen, 0..1, that is out of gamut. */
  outside = $state<number | null>(null);
  /** How places of the picture lie in the frame, told with every frame. */
  private affine = $state.raw<Affine>([1, 0, 0, 0, 0.6667, 0]);
  /** Between the stage's CSS pixels and the frame. */
  ground = $derived(new Ground(this.affine, this.placement, this.ratio));

  constructor(
    private readonly editor: Editor,
    private readonly live: () => Live,
  ) {}

  private get shownView(): View {
    return this.level === null ? this.view : FITTED;
  }

  private get margin(): number {
    return (this.level === null ? 10 : 28) * this.ratio;
  }

  mount(canvas: HTMLCanvasElement): void {
    this.painter = new Painter(canvas, this.wide);
  }

  resize(width: number, height: number, ratio: number): void {
    const canvas = this.painter?.canvas;
    if (!canvas) return;
    this.ratio = ratio;
    this.size = { width: Math.max(1, Math.round(width * ratio)), height: Math.max(1, Math.round(height * ratio)) };
    canvas.width = this.size.width;
    canvas.height = this.size.height;
    this.paint();
    this.moved();
  }

  paint(): void {
    const { width, height } = this.editor.frame;
    const scene: Scene = {
      map: this.map,
      placement: this.placement,
      developed: this.developed,
      compare: this.compare,
      divider: Math.round(this.divider * this.size.width),
      level: this.level === null ? null : this.sight.level(apply(this.map, { x: width / 2, y: height / 2 })),
    };
    this.painter?.paint(scene);
  }

  /** Another photo is on its way: nothing of the old one stays, and its embedded preview is shown at once. */
  opening(id: string): void {
    this.view = FITTED;
    this.picking = false;
    this.live().forget('main');
    this.live().forget('before');
    this.painter?.clear();
    this.askedBefore = '';
    this.provisional = null;
    this.preview = null;
    void this.loadPreview(id);
  }

  /** Its settings are known: from now on frames are asked for. */
  opened(): void {
    this.provisional = null;
    if (this.preview) this.painter?.putPreview(this.preview, this.editor.frame);
    this.scopes.clear();
    this.paint();
    this.ask(false);
  }

  private async loadPreview(id: string): Promise<void> {
    const current = () => (this.editor.opening ?? this.editor.photo?.id) === id;
    try {
      const response = await fetch(previewUrl(id), { credentials: 'same-origin' });
      if (!response.ok || !current()) return;
      const image = await createImageBitmap(await response.blob());
      if (!current() || !this.painter || this.painter.has('main')) {
        image.close();
        return;
      }
      this.preview = image;
      const known = this.editor.opening === null;
      this.provisional = known ? null : { width: image.width, height: image.height };
      this.painter.putPreview(image, known ? this.editor.frame : this.developed);
      this.paint();
    } catch {
      // The developed frame is on its way, and will say so if the photo cannot be read.
    }
  }

  /** The settings changed. Drafts come while the hand moves, a full frame when it rests. */
  changed(draft: boolean, input: number | null): void {
    clearTimeout(this.rest);
    const map = JSON.stringify(this.map);
    if (map !== this.painted) this.paint();
    this.painted = map;
    this.ask(draft, input);
    if (draft) this.rest = setTimeout(() => this.ask(false), REST);
    if (this.compare !== 'after' && !draft) this.askBefore();
  }

  /** The view moved: what is there is painted at once, what is missing asked for. */
  moved(): void {
    this.paint();
    if (!this.editor.photo) return;
    this.ask(false);
    if (this.compare !== 'after') this.askBefore();
  }

  private ask(draft: boolean, input: number | null = null): void {
    const wanted = demand(this.placement, this.developed, this.size, draft);
    if (wanted) this.request('main', wanted, this.shown, draft, input);
  }

  private askBefore(): void {
    const wanted = demand(this.placement, this.developed, this.size, false);
    if (!wanted) return;
    const settings = onlyGeometry(this.editor.settings);
    const asked = JSON.stringify([this.editor.photo?.id, wanted, settings, this.manner]);
    if (asked === this.askedBefore) return;
    this.askedBefore = asked;
    this.request('before', wanted, settings, false, null);
  }

  /** How settings are shown. */
  private get manner(): Pick<Wish, 'space' | 'clipping' | 'proof'> {
    return { space: this.wide ? 'display-p3' : 'srgb', clipping: this.clipping.marked, proof: this.proof() };
  }

  private request(view: ViewName, wanted: Demand, settings: Settings, draft: boolean, input: number | null): void {
    const { photo } = this.editor;
    if (!photo || this.editor.opening || this.size.width < 2) return;
    const overlay = view === 'main' ? this.overlay() : null;
    this.live().request({ photo: photo.id, view, settings, overlay, ...this.manner, ...wanted, draft }, input);
    clearTimeout(this.slow);
    this.slow = setTimeout(() => (this.waiting = this.live().busy('main')), 350);
  }

  received(frame: Frame): void {
    const { header, wish, image, histogram } = frame;
    const key = JSON.stringify([wish.settings, wish.clipping, wish.overlay ?? null, wish.proof ?? null]);
    const demand = { scale: header.scale, region: header.region };
    const map = mapOf(wish.settings as Settings, this.editor.frame);
    const layer = { image, demand, developed: header.developed, map, key };
    this.painter?.put(header.view, layer);
    this.waiting = false;
    if (header.view === 'main') {
      this.editor.learn(header.white_balance);
      this.empty = header.empty ?? 0;
      this.outside = header.outside ?? null;
      if (header.to_frame) this.affine = placed(header);
      if (isWhole(layer.demand, layer.developed)) {
        this.scopes.take(image, histogram);
        this.clipping.found = header.clipped;
      } else if (!header.draft) this.refreshOverview(key);
    }
    this.paint();
  }

  /** Zoomed in, the picture underneath and the histogram follow once the visible part is sharp. */
  private refreshOverview(key: string): void {
    if (this.painter?.wholeKey('main') === key || this.level !== null) return;
    const wanted = overview(this.developed, OVERVIEW_EDGE);
    this.request('main', wanted, this.shown, false, null);
  }

  zoomTo(zoom: Zoom, at?: Point): void {
    if (this.level !== null) return;
    if (zoom !== 'fit') this.last = zoom;
    const middle = { x: this.size.width / 2, y: this.size.height / 2 };
    this.view = zoomedAt(this.view, zoom, at ?? middle, this.developed, this.size, this.margin);
    this.moved();
  }

  toggleZoom(at?: Point): void {
    this.zoomTo(this.view.zoom === 'fit' ? this.last : 'fit', at);
  }

  step(direction: 1 | -1, at?: Point): void {
    this.zoomTo(stepped(this.view, direction, this.fitted), at);
  }

  pan(dx: number, dy: number): void {
    this.view = panned(this.view, dx, dy, this.developed, this.size);
    this.moved();
  }

  show(compare: Compare): void {
    if (this.level !== null) return;
    this.compare = compare;
    if (compare !== 'after') this.askBefore();
    this.paint();
  }

  /** Shows the picture with other settings; null shows it as it is again. */
  peek(settings: Settings | null): void {
    if (settings === this.peeking) return;
    this.peeking = settings;
    this.ask(false);
  }

  /** Opens, follows or closes the crop tool's view. crop: the rectangle that has to be in sight. */
  setLevel(angle: number | null, crop: Rect | null): void {
    const switched = (angle === null) !== (this.level === null);
    this.level = angle;
    this.sight.hold(crop);
    if (switched) {
      this.compare = 'after';
      this.picking = false;
      this.ask(false);
    }
    this.paint();
  }
}
