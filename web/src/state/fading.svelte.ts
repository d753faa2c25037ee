/** How much of the current step of the history is taken: less of it, or more, seen while the hand moves. */
import * as api from '../api';
import type { Photo } from '../api/types';
import type { Editor } from './editor.svelte';

type Past = Pick<Photo['history'], 'position' | 'entries'>;
export const MOST = 150;
const NONE: Past = { position: 0, entries: [] };

export class Fading {
  /** Percent, while a hand is on it, until the server tells of another history than there was then. */
  private held = $state.raw<{ percent: number; of: Past } | null>(null);
  private asking: Promise<void> | null = null;
  private wished: number | null = null;

  constructor(
    private readonly editor: Editor,
    private readonly onfailed: (error: unknown) => void,
  ) {}

  private get history(): Past {
    return this.editor.photo?.history ?? NONE;
  }

  /** "Restyle: 50 %" is a part of the last step before it of that name. */
  private get part(): { index: number; percent: number } | null {
    const { position, entries } = this.history;
    const [, label, percent] = /^(.*): (\d+) %$/s.exec(entries[position - 1]?.label ?? '') ?? [];
    const at = entries.slice(0, Math.max(0, position - 1)).findLastIndex((e) => e.gradual && e.label === label);
    return at < 0 ? null : { index: at + 1, percent: Number(percent) };
  }

  /** The step that can be faded: the current one, or that of which it is a part. Null when there is none. */
  get step(): { index: number; label: string } | null {
    const { position, entries } = this.history;
    const index = this.part?.index ?? position;
    const found = entries[index - 1];
    return found?.gradual ? { index, label: found.label } : null;
  }

  get percent(): number {
    const held = this.held?.of === this.history ? this.held : this.part;
    return held?.percent ?? 100;
  }

  /** Shows so much of the step, and stores nothing. While one answer is awaited only the newest wish is kept. */
  move(percent: number): void {
    this.held = { percent, of: this.history };
    this.wished = percent;
    this.asking ??= this.follow();
  }

  /** A key press or a turn of the wheel: stored after a pause. */
  nudge(percent: number): Promise<void> {
    this.move(percent);
    return this.store((label) => this.editor.commitLater(label));
  }

  /** The hand has let go: one more step of the history. */
  rest(): Promise<void> {
    return this.store((label) => this.editor.commit(label));
  }

  private async store(commit: (label: string) => void): Promise<void> {
    const id = this.editor.photo?.id;
    const { step } = this;
    await this.asking;
    if (step && this.held && this.editor.photo?.id === id) commit(`${step.label}: ${this.held.percent} %`);
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
      this.held = null;
      this.onfailed(error);
    } finally {
      this.wished = null;
      this.asking = null;
    }
  }
}
