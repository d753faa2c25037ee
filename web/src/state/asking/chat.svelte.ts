/** The panel of what was asked of a photo: its turns, and what it might want. */
import * as api from '../../api';
import type { Suggestion, Turn } from '../../api/types';
import type { Asking } from './asking.svelte';
import type { Editor } from '../editor.svelte';

/** Suggestions follow a change of the photo after so many milliseconds of rest. */
const REST = 900;

export class Chat {
  open = $state(false);
  turns = $state.raw<Turn[]>([]);
  suggestions = $state.raw<Suggestion[]>([]);
  /** Why the turns cannot be read or kept. */
  problem = $state('');
  /** The panel's field is to have the focus: rises with every wish. */
  wished = $state(0);
  /** Newest first. */
  past = $derived(this.turns.toReversed());
  /** The turn that undo would take back. */
  undoable = $derived.by<string | null>(() => {
    const history = this.editor.photo?.history;
    const step = history && history.position > 0 ? history.entries[history.position - 1] : undefined;
    const last = this.past.find((turn) => turn.outcome === 'applied');
    return last && step && step.label.slice(0, 60) === last.request.slice(0, 60) ? last.id : null;
  });

  private timer: ReturnType<typeof setTimeout> | undefined;
  /** How often each was asked for: an answer that is overtaken by a newer question is dropped. */
  private readonly asked = { turns: 0, suggestions: 0 };

  constructor(
    private readonly editor: Editor,
    private readonly asking: Asking,
    private readonly onfailed: (error: unknown) => void,
  ) {}

  toggle(): void {
    if (this.open) this.close();
    else {
      this.open = true;
      this.wished++;
      this.load();
    }
  }

  close(): void {
    this.asking.discard();
    this.open = false;
    clearTimeout(this.timer);
  }

  focus(): void {
    this.wished++;
  }

  /** Another photo is on its way. */
  opening(): void {
    if (!this.open) return;
    this.asking.away();
    this.turns = [];
    this.suggestions = [];
  }

  /** What there is of the open photo. */
  load(): void {
    if (!this.open) return;
    this.loadTurns();
    this.loadSuggestions();
  }

  /** The event that tells that something was asked, on this page or another. */
  changed(id: string): void {
    if (id === this.editor.photo?.id && this.open) this.loadTurns();
  }

  /** The photo was changed. */
  edited(id: string): void {
    if (id !== this.editor.photo?.id || !this.open) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.loadSuggestions(), REST);
  }

  async say(request: string): Promise<void> {
    this.asking.text = request;
    await this.asking.ask();
  }

  async clear(): Promise<void> {
    const id = this.editor.photo?.id;
    if (!id) return;
    const number = ++this.asked.turns;
    try {
      const { turns } = await api.clearChat(id);
      if (number === this.asked.turns && id === this.editor.photo?.id) this.turns = turns;
    } catch (error) {
      this.onfailed(error);
    }
  }

  private loadTurns(): void {
    void this.fetch('turns', api.getChat, ({ turns, problem }) => {
      this.turns = turns;
      this.problem = problem;
    });
  }

  private loadSuggestions(): void {
    clearTimeout(this.timer);
    void this.fetch('suggestions', api.getSuggestions, (found) => (this.suggestions = found));
  }

  private async fetch<T>(
    what: keyof Chat['asked'],
    get: (id: string) => Promise<T>,
    take: (found: T) => void,
  ): Promise<void> {
    const id = this.editor.photo?.id;
    if (!id) return;
    const number = ++this.asked[what];
    const awaited = () => id === this.editor.photo?.id && number === this.asked[what];
    try {
      const found = await get(id);
      if (awaited()) take(found);
    } catch (error) {
      if (awaited()) this.onfailed(error);
    }
  }
}
