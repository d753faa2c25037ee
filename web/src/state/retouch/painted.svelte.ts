/** What was painted for a task. A task takes it along; if it comes to nothing, it is given back to be tried again. */
import type { Job } from '../../api/types';
import type { Stroke } from '../../masks/tree';

/** A mask of what was painted. */
export function brushed(strokes: readonly Stroke[]): Record<string, unknown> {
  return { components: [{ kind: { kind: 'brush', strokes } }] };
}

interface Taken {
  photo: string;
  strokes: readonly Stroke[];
}

export class Painted {
  strokes = $state.raw<readonly Stroke[]>([]);
  /** By the job that does the task. */
  private readonly taken = new Map<string, Taken>();
  /** By photo, of those that are not looked at. */
  private readonly kept = new Map<string, readonly Stroke[]>();
  private photo: string | null = null;

  /** Another photo is looked at; what was painted on it before is there again. */
  look(photo: string | null): void {
    if (photo === this.photo) return;
    if (this.photo) this.kept.set(this.photo, this.strokes);
    this.photo = photo;
    this.strokes = (photo && this.kept.get(photo)) || [];
  }

  /** A stroke of that radius; begun: a new one, else the last one goes on. */
  paint(trail: [number, number, number][], size: number, begun: boolean): void {
    const stroke = { trail, size, hardness: 100, flow: 100, density: 100, erase: false, auto_mask: false };
    this.strokes = [...(begun ? this.strokes : this.strokes.slice(0, -1)), stroke];
  }

  clear(): void {
    this.strokes = [];
  }

  /** A job on a photo was given these; what was painted since stays. */
  give(photo: string, strokes: readonly Stroke[], job: Job): void {
    this.change(photo, (now) => now.filter((stroke) => !strokes.includes(stroke)));
    this.taken.set(job.id, { photo, strokes });
    this.worked(job);
  }

  /** What a job came to. Returns whether something was given back. */
  worked(job: Job): boolean {
    const taken = this.taken.get(job.id);
    if (!taken || !['done', 'failed', 'cancelled'].includes(job.state)) return false;
    this.taken.delete(job.id);
    if (job.state === 'done') return false;
    this.change(taken.photo, (now) => [...taken.strokes, ...now]);
    return taken.photo === this.photo;
  }

  private change(photo: string, how: (now: readonly Stroke[]) => readonly Stroke[]): void {
    if (photo === this.photo) this.strokes = how(this.strokes);
    else this.kept.set(photo, how(this.kept.get(photo) ?? []));
  }
}
