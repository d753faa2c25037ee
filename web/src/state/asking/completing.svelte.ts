/** How what is being typed can go on: at once by labels and examples, a moment later only by what is then understood. */
import * as api from '../../api';
import { MOST_COMPLETIONS, completions } from '../../asking/completion';
import type { Editor } from '../editor.svelte';

/** Milliseconds without a key before the server is asked. */
const REST = 120;

export class Completing {
  private found = $state.raw<{ text: string; completions: string[] }>({ text: '', completions: [] });
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly editor: Pick<Editor, 'photo'>,
    private readonly labels: () => readonly string[],
  ) {}

  of(text: string): string[] {
    const { found } = this;
    if (text.trim() && found.text === text && found.completions.length) return found.completions;
    const known = found.text === text ? [] : found.completions.filter((one) => begins(one, text));
    return [...new Set([...(text.trim() ? known : []), ...completions(text, this.labels())])].slice(
      0,
      MOST_COMPLETIONS,
    );
  }

  /** Something was typed. */
  typed(text: string): void {
    clearTimeout(this.timer);
    if (text.trim()) this.timer = setTimeout(() => void this.ask(text), REST);
  }

  private async ask(text: string): Promise<void> {
    const id = this.editor.photo?.id;
    if (!id) return;
    try {
      this.found = { text, completions: await api.getCompletions(id, text) };
    } catch {
      // What is offered is a help: without the server there are labels and examples.
    }
  }
}

function begins(one: string, text: string): boolean {
  return one !== text && one.toLowerCase().startsWith(text.toLowerCase());
}
