/** Between the screen and the photo: where a place of the frame is on the stage, in CSS pixels, and back. */
import { type Placement, toPicture } from '../canvas/viewport';
import { type Affine, type Point, fromFrame, toFrame } from './tree';

export class Ground {
  constructor(
    private readonly affine: Affine,
    private readonly placement: Placement,
    private readonly ratio: number,
  ) {}

  /** CSS pixels of one frame unit. */
  get unit(): number {
    const [a, , , c] = this.affine;
    return this.placement.width / this.ratio / Math.max(1e-9, Math.hypot(a, c));
  }

  screen = (at: Point): Point => {
    const spot = fromFrame(this.affine, at);
    const { x, y, width, height } = this.placement;
    return { x: (x + spot.x * width) / this.ratio, y: (y + spot.y * height) / this.ratio };
  };

  frame = (spot: Point): Point => toFrame(this.affine, this.picture(spot));

  /** As parts of the developed picture. */
  picture = ({ x, y }: Point): Point => toPicture({ x: x * this.ratio, y: y * this.ratio }, this.placement);

  /** What a way on the screen is in the frame. */
  way = (by: Point): Point => {
    const from = this.frame({ x: 0, y: 0 });
    const to = this.frame(by);
    return { x: to.x - from.x, y: to.y - from.y };
  };

  /** A line through these places of the frame, as the data of a path. */
  path = (places: readonly Point[], closed = true): string => {
    const points = places.map(this.screen).map(({ x, y }) => `${x.toFixed(1)} ${y.toFixed(1)}`);
    return `M${points.join('L')}${closed ? 'Z' : ''}`;
  };
}
