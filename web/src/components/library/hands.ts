/** One finger or the mouse moves, two fingers move and zoom. A press that does not move stays a click. */

export interface Point {
  x: number;
  y: number;
}

export interface HandsLinks {
  /** By so many pixels. */
  onmoved: (right: number, down: number) => void;
  /** By steps of twice as near, about this place, in pixels from the left and the top of what is touched. */
  onzoomed: (by: number, at: Point) => void;
}

/** Pixels until a press is a movement. */
const SLACK = 4;

export class Hands {
  private readonly points = new Map<number, Point>();
  private moving = false;

  constructor(private readonly links: HandsLinks) {}

  down(event: PointerEvent): void {
    if (event.pointerType === 'mouse' && event.button !== 0) return;
    if (this.points.size === 0) this.moving = false;
    this.points.set(event.pointerId, { x: event.clientX, y: event.clientY });
  }

  move(event: PointerEvent): void {
    const before = this.points.get(event.pointerId);
    if (!before) return;
    if (event.pointerType === 'mouse' && event.buttons === 0) return this.up(event);
    const now = { x: event.clientX, y: event.clientY };
    const element = event.currentTarget as HTMLElement;
    if (!this.moving) {
      if (Math.hypot(now.x - before.x, now.y - before.y) < SLACK) return;
      this.moving = true;
    }
    element.setPointerCapture(event.pointerId);
    this.points.set(event.pointerId, now);
    const other = [...this.points].find(([id]) => id !== event.pointerId)?.[1];
    const part = other ? 0.5 : 1; // the middle of two fingers moves half as far as one of them
    this.links.onmoved((now.x - before.x) * part, (now.y - before.y) * part);
    if (!other) return;
    const box = element.getBoundingClientRect();
    const by = Math.log2(apart(now, other) / apart(before, other));
    this.links.onzoomed(by, { x: (now.x + other.x) / 2 - box.left, y: (now.y + other.y) / 2 - box.top });
  }

  up(event: PointerEvent): void {
    this.points.delete(event.pointerId);
  }
}

const apart = (a: Point, b: Point) => Math.max(1, Math.hypot(a.x - b.x, a.y - b.y));
