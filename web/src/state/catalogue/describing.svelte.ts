/** Saying something about photos: shown at once, written in order, and taken back by an undo. */
import * as api from '../../api/library';
import type { CataloguePhoto, Description, Remarks } from '../../api/types';
import { type Field, before, grouped } from '../../catalogue/remarks';
import { WriteQueue } from '../../transport/queue';
import type { Listing } from './listing.svelte';
import { figures, t } from '../../texts';

export interface DescribingLinks {
  ontold: (message: string, remedy: string) => void;
  onfailed: (error: unknown) => void;
  onreachable: (reachable: boolean) => void;
  /** All that was said is written. */
  onidle: () => void;
}

const MOST_STEPS = 100;

interface Step {
  says: string;
  undo: Map<number, Remarks>;
  redo: Map<number, Remarks>;
}

export class Describing {
  private done = $state.raw<readonly Step[]>([]);
  private undone = $state.raw<readonly Step[]>([]);
  canUndo = $derived(this.done.length > 0);
  canRedo = $derived(this.undone.length > 0);
  private readonly queue: WriteQueue;
  /** Photos of which something is shown that was not written. */
  private readonly doubted = new Set<number>();

  constructor(
    private readonly listing: Listing,
    private readonly links: DescribingLinks,
  ) {
    this.queue = new WriteQueue(links.onreachable, () => {
      void this.mend();
      links.onidle();
    });
  }

  /** Whether something that is shown already is still to be written. */
  get busy(): boolean {
    return this.queue.length > 0;
  }

  /** The same for all of these. says: of what it is, for the undo. */
  async say(numbers: readonly number[], remarks: Remarks, says: string): Promise<void> {
    await this.change(numbers, Object.keys(remarks) as Field[], says, (photo) => ({ ...photo, ...given(remarks) }), [
      { photos: [...numbers], remarks },
    ]);
  }

  async tag(numbers: readonly number[], add: readonly string[], remove: readonly string[]): Promise<void> {
    const keywords = (photo: CataloguePhoto) => {
      const rest = photo.keywords.filter((word) => !remove.includes(word));
      return { ...photo, keywords: [...rest, ...add.filter((word) => !rest.includes(word))] };
    };
    const says = add.length ? t(`Keyword ${add.join(', ')}`) : t(`Keyword ${remove.join(', ')} taken away`);
    const body = { photos: [...numbers], add_keywords: [...add], remove_keywords: [...remove] };
    await this.change(numbers, ['keywords'], says, keywords, [body]);
  }

  /** Something for each photo: shown as `changed`, written as `bodies`. fields: those that are different then. */
  async change(
    numbers: readonly number[],
    fields: readonly Field[],
    says: string,
    changed: (photo: CataloguePhoto) => CataloguePhoto,
    bodies: Description[],
  ): Promise<void> {
    if (numbers.length === 0) return;
    try {
      const photos = await this.listing.all(numbers);
      const next = photos.map(changed);
      const step = { says, undo: before(photos, fields), redo: before(next, fields) };
      this.done = [...this.done, step].slice(-MOST_STEPS);
      this.undone = [];
      this.listing.learn(next);
      if (!(await this.send(bodies))) this.done = this.done.filter((one) => one !== step);
    } catch (error) {
      this.links.onfailed(error);
    }
  }

  /** What was taken back, in words; null when there is nothing, "" when it was refused, which is told elsewhere. */
  async undo(): Promise<string | null> {
    const step = this.done.at(-1);
    if (!step) return null;
    this.done = this.done.slice(0, -1);
    this.undone = [...this.undone, step];
    if (await this.again(step.undo)) return step.says;
    this.undone = this.undone.filter((one) => one !== step);
    this.done = [...this.done, step];
    return '';
  }

  async redo(): Promise<string | null> {
    const step = this.undone.at(-1);
    if (!step) return null;
    this.undone = this.undone.slice(0, -1);
    this.done = [...this.done, step];
    if (await this.again(step.redo)) return step.says;
    this.done = this.done.filter((one) => one !== step);
    this.undone = [...this.undone, step];
    return '';
  }

  private async again(said: Map<number, Remarks>): Promise<boolean> {
    try {
      const photos = await this.listing.all([...said.keys()]);
      this.listing.learn(photos.map((photo) => ({ ...photo, ...given(said.get(photo.number) ?? {}) })));
      return await this.send(grouped(said));
    } catch (error) {
      this.links.onfailed(error);
      return false;
    }
  }

  /** Whether any of it was written. */
  private async send(bodies: readonly Description[]): Promise<boolean> {
    let written = false;
    for (const body of bodies) {
      try {
        const { photos, failures } = await this.queue.add(() => api.describe(body));
        written ||= failures.length < body.photos.length;
        if (!this.busy) this.listing.learn(photos);
        const first = failures[0];
        if (!first) continue;
        this.doubt(failures.map(({ number }) => number));
        const more = failures.length - 1;
        this.links.ontold(more ? t(`${first.message} (and ${figures(more)} more)`) : first.message, first.remedy);
      } catch (error) {
        this.doubt(body.photos);
        this.links.onfailed(error);
      }
    }
    return written;
  }

  private doubt(numbers: readonly number[]): void {
    for (const number of numbers) this.doubted.add(number);
    void this.mend();
  }

  /** Shows what is written of the photos in doubt, once nothing is on its way that would be seen as undone. */
  private async mend(): Promise<void> {
    if (this.busy || this.doubted.size === 0) return;
    const numbers = [...this.doubted];
    this.doubted.clear();
    await this.listing.again(numbers);
  }
}

/** Without what is null: that is left as it is. */
function given(remarks: Remarks): Partial<CataloguePhoto> {
  return Object.fromEntries(Object.entries(remarks).filter(([, value]) => value !== null && value !== undefined));
}
