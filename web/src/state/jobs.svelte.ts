/** Work that the server does in the background, as its events tell. */
import * as api from '../api';
import type { Job } from '../api/types';
import { t } from '../texts';

/** Milliseconds for which what came of a job is seen before it is folded away. */
const SETTLES = 8000;

export class Jobs {
  list = $state.raw<Job[]>([]);
  running = $derived(this.list.filter((job) => !finished(job)));
  /** Ids of those that ended well or were cancelled, some time ago. */
  private settled = $state.raw<ReadonlySet<string>>(new Set());
  /** What ended, the newest first. */
  private ended = $derived(this.list.filter(finished).reverse());
  /** What goes on, in its order, then what has just ended or failed. */
  shown = $derived([...this.running, ...this.ended.filter(({ id }) => !this.settled.has(id))]);
  /** What nobody needs to look at any more. */
  folded = $derived(this.ended.filter(({ id }) => this.settled.has(id)));

  async load(): Promise<void> {
    const { jobs } = await api.getJobs();
    const seen = new Set(this.list.map((j) => j.id));
    // What had ended before this page was opened is no news.
    this.list = jobs.filter((job) => !finished(job) || seen.has(job.id));
  }

  /** An answer may come after events that tell of what happened since it was written: a job never goes back.
   * Returns it as it is known now. */
  update(job: Job): Job {
    const known = this.list.find((j) => j.id === job.id);
    if (known && (finished(known) || (job.state === 'queued' && known.state === 'running'))) return known;
    this.list = known ? this.list.map((j) => (j.id === job.id ? job : j)) : [...this.list, job];
    if (finished(job) && job.state !== 'failed') setTimeout(() => this.settle(job.id), SETTLES);
    return job;
  }

  async cancel(id: string): Promise<void> {
    await api.cancelJob(id);
  }

  clear(): void {
    this.list = this.running;
    this.settled = new Set();
  }

  private settle(id: string): void {
    if (this.list.some((job) => job.id === id)) this.settled = new Set([...this.settled, id]);
  }
}

export function finished(job: Job): boolean {
  return ['done', 'failed', 'cancelled'].includes(job.state);
}

/** What is counted in bytes or in hundredths is told in percent; a photo is one of so many. */
const BYTES = 100_000;
const HUNDREDTHS = 100;

/** How far a job is: "3 of 12", "47 %", nothing while nobody knows. */
export function progressed(job: Job): string {
  if (job.total === 0) return job.state === 'queued' ? t('Waits') : '';
  if (job.total <= BYTES && job.total !== HUNDREDTHS) return t(`${job.done} of ${job.total}`);
  return `${Math.floor((100 * job.done) / job.total)} %`;
}
