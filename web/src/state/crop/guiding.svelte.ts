/** Lines that a person draws along what is upright or level; the server turns the camera to them. */
import * as api from '../../api';
import type { Point } from '../../masks/tree';
import type { Editor } from '../editor.svelte';

export type Line = [x1: number, y1: number, x2: number, y2: number];

/** So many lines tell all that there is to tell. */
export const MOST = 4;

export class Guiding {
  active = $state(false);
  /** In frame units. */
  lines = $state.raw<Line[]>([]);

  constructor(private readonly editor: Editor) {}

  toggle(): void {
    this.active = !this.active;
  }

  end(): void {
    this.active = false;
    this.lines = [];
  }

  async add(from: Point, to: Point): Promise<void> {
    await this.use([...this.lines.slice(-(MOST - 1)), [from.x, from.y, to.x, to.y]]);
  }

  async remove(index: number): Promise<void> {
    const left = this.lines.filter((_, i) => i !== index);
    if (left.length) await this.use(left);
    else this.lines = [];
  }

  private async use(lines: Line[]): Promise<void> {
    const before = this.lines;
    this.lines = lines;
    if (!(await this.editor.follow((id) => api.straighten(id, lines)))) this.lines = before;
  }
}
