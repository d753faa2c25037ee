/** What the dialog for a catalogue of Lightroom's shows: what would be taken over, and what was. */
import * as api from '../../api/catalogues';
import * as library from '../../api/library';
import { cancelJob } from '../../api';
import type { Job } from '../../api/types';
import { finished } from '../jobs.svelte';
import type { ImportLinks } from './importing.svelte';

const OFTEN = 150;

export class Taking {
  /** Of the catalogue; "" while none is chosen. */
  path = $state('');
  id = $state('');
  report = $state.raw<api.CatalogueReport | null>(null);
  /** What is being done: a look, an import, or a folder that is added to the library. */
  job = $state.raw<Job | null>(null);
  /** Why there is nothing to see, in the server's words. */
  problem = $state('');
  /** Folder as the catalogue knows it -> where it is now. */
  moved = $state<Record<string, string>>({});
  replace = $state(false);

  /** Photos that would be taken over now. */
  wanted = $derived.by(() => {
    if (!this.report || this.report.written || this.job) return 0;
    return (this.report.states.taken ?? 0) + (this.replace ? (this.report.states.edited ?? 0) : 0);
  });
  private turns = 0;

  constructor(private readonly links: ImportLinks) {}

  /** See what is in a catalogue. A later call overtakes this one. */
  async look(path: string): Promise<void> {
    if (path !== this.path) {
      this.moved = {};
      this.replace = false;
    }
    const mine = this.begin(path);
    const moved = Object.entries($state.snapshot(this.moved)).map(([before, now]) => ({ before, now }));
    await this.attempt(mine, async () => {
      const { id, job } = await api.lookAtCatalogue(path, moved);
      await this.follow(job, mine);
      if (!this.problem) await this.show(id, mine);
    });
  }

  /** Another catalogue. */
  leave(): void {
    this.begin('');
  }

  async move(before: string, now: string): Promise<void> {
    const others = Object.entries($state.snapshot(this.moved)).filter(([one]) => one !== before);
    this.moved = Object.fromEntries(now ? [...others, [before, now]] : others);
    await this.look(this.path);
  }

  /** Its photos can be taken over once the library has their folder. */
  async add(folder: string): Promise<void> {
    const { path } = this;
    const mine = this.begin(path);
    await this.attempt(mine, async () => {
      await this.follow(await library.addFolder(folder), mine);
      if (mine === this.turns) await this.look(path);
    });
  }

  async start(): Promise<void> {
    const { id, path, replace } = this;
    const mine = this.begin(path);
    this.id = id;
    await this.attempt(mine, async () => {
      await this.follow(await api.importCatalogue(id, replace), mine);
      await this.show(id, mine);
    });
  }

  async stop(): Promise<void> {
    if (this.job) await cancelJob(this.job.id).catch((error: unknown) => this.links.onfailed(error));
  }

  private begin(path: string): number {
    this.path = path;
    this.id = this.problem = '';
    this.report = this.job = null;
    return ++this.turns;
  }

  private async attempt(mine: number, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (mine === this.turns) this.problem = error instanceof Error ? error.message : String(error);
    } finally {
      if (mine === this.turns) this.job = null;
    }
  }

  private async follow(job: Job, mine: number): Promise<void> {
    this.links.onjob(job);
    let known = job;
    while (mine === this.turns && !finished(known)) {
      this.job = known;
      await new Promise((resolve) => setTimeout(resolve, OFTEN));
      const next = this.links.job(job.id);
      if (!next) break; // the server has begun anew, or the list was cleared: what there is tells
      known = next;
    }
    if (mine === this.turns && known.state === 'failed') this.problem = `${known.message} ${known.remedy}`.trim();
  }

  /** What was stopped has a report too, as far as it came. */
  private async show(id: string, mine: number): Promise<void> {
    if (mine !== this.turns) return;
    const report = await api.getCatalogue(id);
    if (mine !== this.turns) return;
    this.id = id;
    if (report.ended || report.written) this.report = report;
    else this.path = '';
  }
}
