/** What is to be done once a job has come to its end, and not where it fails or is stopped. */
import type { Job, Proposal } from '../../api/types';
import { finished } from '../jobs.svelte';

/** What the page itself does of a plan, which is its end. */
export function finish(
  steps: Proposal['steps'],
  does: { oncompare: () => void; onexport: (format?: string, size?: number) => void },
): void {
  for (const { tool, task } of steps) {
    const { format, size } = (task?.parameters ?? {}) as { format?: string; size?: number };
    if (tool === 'compare') does.oncompare();
    if (tool === 'export') does.onexport(format, size);
  }
}

export class Afterwards {
  private readonly waiting = new Map<string, () => void>();

  when(job: Job, does: () => void): void {
    this.waiting.set(job.id, does);
  }

  worked(job: Job): void {
    if (!finished(job)) return;
    const does = this.waiting.get(job.id);
    this.waiting.delete(job.id);
    if (job.state === 'done') does?.();
  }
}
