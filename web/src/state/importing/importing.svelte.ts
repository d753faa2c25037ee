/** What the import dialog shows: the cards that are in, what is on one, and what would be copied where. */
import * as api from '../../api/imports';
import type { Job } from '../../api/types';
import { Refused } from '../../transport/refused';
import { finished } from '../jobs.svelte';
import { type ImportWishes, remember, remembered, requested } from './choices';
import { Taking } from './taking.svelte';
import { unread } from './unread';

export interface ImportLinks {
  onjob: (job: Job) => void;
  /** A job as the page knows it now. */
  job: (id: string) => Job | undefined;
  onfailed: (error: unknown) => void;
}

const OFTEN = 150;
/** A hand that types rests so many milliseconds before the plan is asked for. */
const REST = 250;

export class Importing {
  state = $state.raw<api.ImportState | null>(null);
  source = $state('');
  card = $state.raw<{ id: string; shots: api.ImportShot[]; unread: api.ImportProblem[] } | null>(null);
  looking = $state.raw<Job | null>(null);
  plan = $state.raw<api.ImportPlan | null>(null);
  /** Why there is no card or no plan, in the server's words. */
  problem = $state('');
  wishes = $state<ImportWishes>(remembered());
  /** Places of shots that are not wanted. */
  left = $state.raw<ReadonlySet<number>>(new Set());

  able = $derived.by(() => this.card?.shots.map((_, place) => this.plan?.shots[place]?.state === 'new') ?? []);
  chosen = $derived(this.able.flatMap((able, place) => (able && !this.left.has(place) ? [place] : [])));
  duplicates = $derived(this.plan?.shots.filter(({ state }) => state === 'duplicate').length ?? 0);
  private looks = 0;
  private plans = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;

  readonly taking: Taking;

  constructor(private readonly links: ImportLinks) {
    this.taking = new Taking(links);
  }

  /** The dialog opens: which cards are in; the first one is looked at. to: where copies go, if nothing was chosen. */
  async open(to = ''): Promise<void> {
    try {
      this.state = await api.getImports();
    } catch (error) {
      this.links.onfailed(error);
      return;
    }
    this.wishes.name ||= this.state.template;
    this.wishes.to ||= to;
    const known = this.state.sources.some(({ path }) => path === this.source);
    const first = this.state.sources[0]?.path;
    const place = known ? this.source : (first ?? this.source);
    if (place) await this.look(place);
  }

  /** What is in a folder and below it. A later call overtakes this one. */
  async look(source: string): Promise<void> {
    const mine = ++this.looks;
    this.source = source;
    this.card = this.plan = null;
    this.left = new Set();
    this.problem = '';
    try {
      const { id, job } = await api.lookAt(source);
      this.looking = job;
      this.links.onjob(job);
      let shots: api.ImportShot[] | null = null;
      let problems: api.ImportProblem[] = [];
      while (!shots && mine === this.looks) {
        const known = this.links.job(job.id);
        this.looking = known ?? job;
        if (known && finished(known) && known.state !== 'done') throw new Refused(known.message, known.remedy, 400);
        ({ shots, problems } = await api.getCard(id));
        if (!shots) await new Promise((resolve) => setTimeout(resolve, OFTEN));
      }
      if (mine !== this.looks || !shots) return;
      this.card = { id, shots, unread: unread(problems, shots) };
      await this.replan();
    } catch (error) {
      if (mine === this.looks) this.failed(error);
    } finally {
      if (mine === this.looks) this.looking = null;
    }
  }

  /** A choice was changed; the plan follows when the hand rests. */
  changed(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.replan(), REST);
  }

  private async replan(): Promise<void> {
    const { card } = this;
    const choices = requested($state.snapshot(this.wishes));
    if (!card || !choices.to) return;
    const mine = ++this.plans;
    try {
      const plan = await api.planImport(card.id, choices);
      if (mine !== this.plans) return;
      this.plan = plan;
      this.problem = '';
    } catch (error) {
      if (mine === this.plans) {
        this.plan = null;
        this.failed(error);
      }
    }
  }

  toggle(place: number): void {
    const left = new Set(this.left);
    if (!left.delete(place)) left.add(place);
    this.left = left;
  }

  /** All of them, or none. */
  toggleAll(wanted: boolean): void {
    this.left = wanted ? new Set() : new Set(this.able.keys());
  }

  async start(): Promise<void> {
    if (!this.card || this.chosen.length === 0) return;
    const wishes = $state.snapshot(this.wishes);
    remember(wishes);
    try {
      this.links.onjob(await api.startImport(this.card.id, requested(wishes), this.chosen));
    } catch (error) {
      this.links.onfailed(error);
    }
  }

  async resume(id: string): Promise<void> {
    try {
      this.links.onjob(await api.resumeImport(id));
    } catch (error) {
      this.links.onfailed(error);
    }
  }

  async forget(id: string): Promise<void> {
    try {
      await api.forgetImport(id);
      this.state = await api.getImports();
    } catch (error) {
      this.links.onfailed(error);
    }
  }

  private failed(error: unknown): void {
    if (error instanceof Refused && error.status !== 401 && error.status !== 403) {
      this.problem = `${error.message} ${error.remedy}`.trim();
    } else this.links.onfailed(error);
  }
}
