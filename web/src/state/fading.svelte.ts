/** How much of the current step of the history is taken: less of it, or more, seen while the hand moves. */
import * as api from '../api';
import type { Editor } from './editor.svelte';

export const MOST = 150;
/** Key presses that follow each other this quickly are one step. */
const PAUSE = 600;

export class Fading {
  /** Percent, while a hand is on it. */
  private held = $state<number | null>(null);
  /** Steps that are a part of another: number -> the whole one, and how much of it. */
  private parts = $state.raw<ReadonlyMap<number, { step: number; percent: number }>>(new Map());
  private of = '';
  private asking: Promise<void> | null = null;
  private wished: number | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly editor: Editor,
    private readonly onfailed: (error: unknown) => void,
  ) {}

  /** The step that can be faded: the current one, or that of which it is a part. Null when there is none. */
  get step(): { index: number; label: string } | null {
    const { photo } = this.editor;
    if (!photo) return null;
    const { position, entries } = photo.history;
    const index = this.part(photo.id, position)?.step ?? position;
    const found = entries[index - 1];
    return found?.gradual ? { index, label: found.label } : null;
  }

  get percent(): number {
    const { photo } = this.editor;
    return this.held ?? (photo ? (this.part(photo.id, photo.history.position)?.percent ?? 100) : 100);
  }

  private part(id: string, position: number) {
    return id === this.of ? this.parts.get(position) : undefined;
  }

  /** Shows so much of the step, and stores nothing. While one answer is awaited only the newest wish is kept. */
  move(percent: number): void {
    this.held = percent;
    this.wished = percent;
    this.asking ??= this.follow();
  }

  /** A key press or a turn of the wheel: stored after a pause. */
  nudge(percent: number): void {
    this.move(percent);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.rest(), PAUSE);
  }

  /** The hand has let go: one more step of the history. */
  async rest(): Promise<void> {
    clearTimeout(this.timer);
    const { step, held } = this;
    const { photo } = this.editor;
    if (!photo || !step || held === null) return;
    await this.asking;
    if (this.editor.photo?.id === photo.id) {
      if (photo.id !== this.of) this.parts = new Map();
      this.of = photo.id;
      const position = this.editor.photo.history.position;
      this.parts = new Map([...this.parts, [position + 1, { step: step.index, percent: held }]]);
      this.editor.commit(`${step.label}: ${held} %`);
    }
    this.held = null;
  }

  private async follow(): Promise<void> {
    const { step } = this;
    const id = this.editor.photo?.id;
    try {
      while (id && step && this.wished !== null) {
        const percent = this.wished;
        this.wished = null;
        const { settings } = await api.faded(id, step.index, percent / 100);
        if (this.editor.photo?.id !== id) break;
        this.editor.preview(settings, null, this.wished !== null);
      }
    } catch (error) {
      this.onfailed(error);
    } finally {
      this.wished = null;
      this.asking = null;
    }
  }
}
