/** The crop tool while it is open: a rectangle over the tilted picture, stored when it is applied. */
import { WORTH_TELLING, beyond } from '../../crop/canvas';
import { type Handle, angleOfRuler, apart, moved, reshaped, resized, straightened } from '../../crop/constrain';
import {
  type Point,
  type Rect,
  type Size,
  UPRIGHT,
  WHOLE,
  boxOf,
  boxOfLevel,
  cropOf,
  levelOf,
  turnBox,
  turnedSize,
  unturnBox,
} from '../../crop/geometry';
import { ratioOf } from '../../crop/ratios';
import { CROP_NAMES, withoutCrop } from '../../crop/settings';
import type { Settings } from '../../develop/parameter';
import type { Editor } from '../editor.svelte';
import type { Stage } from '../stage.svelte';
import { t } from '../../texts';

export const GUIDES = ['thirds', 'grid', 'diagonals', 'none'] as const;

/** CSS pixels that a handle has to be pulled beyond the picture's edge before the edge lets go. */
const STICK = 18;

export class Cropping {
  active = $state(false);
  rect = $state.raw<Rect>({ x: 0, y: 0, width: 1, height: 1 });
  angle = $state(0);
  ratioId = $state('free');
  swapped = $state(false);
  custom = $state.raw<Size>({ width: 5, height: 4 });
  guide = $state<(typeof GUIDES)[number]>('thirds');

  turned = $derived.by<Size>(() => turnedSize(this.editor.frame, this.editor.orientation));
  ratio = $derived(ratioOf(this.ratioId, this.turned, this.custom, this.swapped));
  /** The part of the rectangle, 0..1, that is new canvas; 0 where that is only rounding. */
  fresh = $derived.by(() => {
    const part = this.active ? beyond(this.rect, this.angle, this.turned) : 0;
    return part < WORTH_TELLING ? 0 : part;
  });
  /** What the rectangle was before the angle began to change: it grows back to that. */
  private base: { rect: Rect; angle: number } | null = null;

  constructor(
    private readonly editor: Editor,
    private readonly stage: Stage,
  ) {}

  toggle(): void {
    if (this.active) this.apply();
    else if (this.editor.photo) this.start();
  }

  start(): void {
    this.active = true;
    this.reload();
  }

  /** Takes the crop from the settings, as when the tool opens or the history moved. */
  reload(): void {
    const { frame, crop, orientation } = this.editor;
    const box = turnBox(boxOf(crop, frame), frame, orientation);
    this.rect = levelOf(box, this.turned);
    this.angle = box.angle;
    this.base = null;
    this.stage.setLevel(this.angle, this.rect);
  }

  /** The whole rectangle in sight again, after it was dragged or changed. */
  settle(): void {
    if (this.active) this.stage.setLevel(this.angle, this.rect);
  }

  /** The rectangle while it is dragged: the view stays as it is, or steps back by a part of what is seen. */
  show(back = 0): void {
    this.stage.sight.crop = this.rect;
    if (back) this.stage.sight.widen(back);
    this.stage.paint();
  }

  apply(): void {
    if (!this.active) return;
    const { frame, orientation } = this.editor;
    const box = unturnBox(boxOfLevel(this.rect, this.angle, this.turned), frame, orientation);
    const crop = cropOf(box, frame);
    const values = [crop.left, crop.top, crop.right, crop.bottom, crop.angle];
    const settings: Settings = withoutCrop(this.editor.settings);
    CROP_NAMES.forEach((name, i) => {
      const value = values[i];
      if (value !== undefined && this.editor.byName.get(name)?.default !== value) settings[name] = value;
    });
    this.close();
    this.editor.preview(settings, null, false);
    this.editor.commit(t('Crop'));
  }

  cancel(): void {
    this.close();
  }

  private close(): void {
    this.active = false;
    this.stage.setLevel(null, null);
  }

  reset(): void {
    const box = turnBox(boxOf(WHOLE, this.editor.frame), this.editor.frame, UPRIGHT);
    this.rect = levelOf({ ...box, x: this.turned.width / 2, y: this.turned.height / 2, ...this.turned }, this.turned);
    this.ratioId = 'free';
    this.turnTo(0, false);
  }

  resize(from: Rect, handle: Handle, dx: number, dy: number, locked: boolean): void {
    const ratio = this.ratio ?? (locked ? from.width / from.height : null);
    const stick = (STICK * this.stage.ratio) / this.stage.sight.view.scale;
    this.rect = resized(from, handle, dx, dy, ratio, this.angle, this.turned, stick);
    this.base = null;
    this.show();
  }

  /** By keys: an edge stops at the picture's border, and goes beyond with the next press; a key held down does not. */
  nudge(handle: Handle, dx: number, dy: number, held: boolean): void {
    const by = [this.rect, handle, dx, dy, this.ratio, this.angle, this.turned] as const;
    const stopped = resized(...by);
    this.rect = held || apart(stopped, this.rect) > 1e-3 ? stopped : resized(...by, 0);
    this.base = null;
    this.settle();
  }

  move(from: Rect, dx: number, dy: number): void {
    this.rect = moved(from, dx, dy, this.angle, this.turned);
    this.base = null;
    this.show();
  }

  /** Straightens; `keep` lets the rectangle grow back to what it was before the angle began to change. */
  turnTo(angle: number, keep = true): void {
    this.base = keep ? (this.base ?? { rect: this.rect, angle: this.angle }) : { rect: this.rect, angle };
    this.angle = Math.round(Math.min(45, Math.max(-45, angle)) * 100) / 100;
    this.rect = straightened(this.base.rect, this.base.angle, this.angle, this.turned);
    this.settle();
  }

  ruler(a: Point, b: Point): void {
    if (Math.hypot(b.x - a.x, b.y - a.y) > 4) this.turnTo(angleOfRuler(a, b, this.angle));
  }

  setRatio(id: string): void {
    this.ratioId = id;
    this.swapped = this.rect.height > this.rect.width && id !== 'original' && id !== 'free';
    this.reshape();
  }

  setCustom(width: number, height: number): void {
    if (!(width > 0 && height > 0)) return;
    this.custom = { width, height };
    this.ratioId = 'custom';
    this.swapped = false;
    this.reshape();
  }

  swap(): void {
    this.swapped = !this.swapped;
    if (this.ratio === null)
      this.rect = reshaped(this.rect, this.rect.height / this.rect.width, this.angle, this.turned);
    else this.reshape();
    this.base = null;
    this.settle();
  }

  private reshape(): void {
    if (this.ratio !== null) this.rect = reshaped(this.rect, this.ratio, this.angle, this.turned);
    this.base = null;
    this.settle();
  }

  /** Turning and mirroring apply to the picture at once; the rectangle is stored first, so that it goes along. */
  turn(by: 90 | -90): void {
    this.apply();
    this.editor.turn(by);
    this.start();
  }

  flip(axis: 'horizontal' | 'vertical'): void {
    this.apply();
    this.editor.flip(axis);
    this.start();
  }

  /** As the lines of the photo say. */
  async level(): Promise<void> {
    this.apply();
    await this.editor.automatic(['level']);
    this.start();
  }

  nextGuide(): void {
    this.guide = GUIDES[(GUIDES.indexOf(this.guide) + 1) % GUIDES.length] ?? 'thirds';
  }
}
