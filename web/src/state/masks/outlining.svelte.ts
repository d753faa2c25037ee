/** A line that is drawn on the picture: freely with a drag, or corner by corner with clicks. */
import type { Point } from '../../masks/tree';

/** Of the long edge: how far apart the places of a free line are kept. */
const STEP = 0.0024;

export class Outlining {
  /** In frame units; of a line that is not finished yet. */
  corners = $state.raw<readonly Point[]>([]);
  private free = false;

  constructor(private readonly onclosed: (corners: readonly Point[]) => void) {}

  get open(): boolean {
    return this.corners.length > 0;
  }

  /** The hand is pressed, and has moved. */
  drag(from: Point, here: Point): void {
    if (this.open && !this.free) return;
    this.free = true;
    const last = this.corners[this.corners.length - 1];
    if (!last) this.corners = [from, here];
    else if (Math.hypot(here.x - last.x, here.y - last.y) >= STEP) this.corners = [...this.corners, here];
  }

  /** The hand was lifted. closing: where the line began. */
  lift(here: Point, closing: boolean): void {
    if (this.free || (closing && this.corners.length > 2)) this.close();
    else this.corners = [...this.corners, here];
  }

  /** The last corner was a mistake. */
  back(): void {
    this.corners = this.corners.slice(0, -1);
  }

  close(): void {
    const { corners } = this;
    this.cancel();
    if (corners.length > 2) this.onclosed(corners);
  }

  cancel(): void {
    this.corners = [];
    this.free = false;
  }
}
