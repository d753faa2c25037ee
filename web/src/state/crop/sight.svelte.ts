/** What the crop tool has in sight: the tilted picture, and the rectangle where it reaches beyond it. */
import type { Scene } from '../../canvas/painter';
import { fitScale } from '../../canvas/viewport';
import { around, sight } from '../../crop/canvas';
import type { Point, Rect, Size } from '../../crop/geometry';

export interface Surroundings {
  /** The picture after flips and quarter turns, at full resolution. */
  turned: Size;
  angle: number;
  /** Size and margin of the stage in its pixels. */
  stage: Size;
  margin: number;
}

export class Sight {
  /** The rectangle that has to be in sight, in level coordinates. */
  private held = $state.raw<Rect | null>(null);
  /** The rectangle as it is now, which may be dragged out of sight. */
  crop: Rect | null = null;

  private all = $derived.by<Rect>(() => {
    const { turned, angle } = this.around();
    return sight(turned, angle, this.held);
  });
  /** Stage pixels per photo pixel, and the level coordinates in the middle of the stage. */
  view = $derived.by<{ scale: number; centre: Point }>(() => {
    const { stage, margin } = this.around();
    const { x, y, width, height } = this.all;
    return { scale: fitScale(this.all, stage, margin), centre: { x: x + width / 2, y: y + height / 2 } };
  });

  constructor(private readonly around: () => Surroundings) {}

  /** For the painter. middle: the photo's centre on the developed picture. */
  level(middle: Point): NonNullable<Scene['level']> {
    return { angle: this.around().angle, ...this.view, middle, crop: this.crop };
  }

  hold(crop: Rect | null): void {
    this.held = this.crop = crop;
  }

  /** Steps back by a part of what is seen, towards the sides where the rectangle is out of sight. */
  widen(by: number): void {
    if (!this.crop) return;
    const seen = this.all;
    const wanted = around(seen, this.crop);
    const left = wanted.x < seen.x ? by * seen.width : 0;
    const top = wanted.y < seen.y ? by * seen.height : 0;
    const right = wanted.x + wanted.width > seen.x + seen.width ? by * seen.width : 0;
    const bottom = wanted.y + wanted.height > seen.y + seen.height ? by * seen.height : 0;
    const [width, height] = [seen.width + left + right, seen.height + top + bottom];
    this.held = { x: seen.x - left, y: seen.y - top, width, height };
  }
}
