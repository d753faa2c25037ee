/** Work that the server does in the background: followed to its end. */
import { type Happening } from './events.ts';
import { type JobModel } from './generated/types.gen.ts';
import { Refused } from './refused.ts';

export interface Watching {
  /** How far it is, with every step. */
  onprogress?: (job: JobModel) => void;
  /** Pictures that the sampler shows while it works, as data URLs. */
  onpreview?: (picture: string) => void;
  /** Aborting cancels the work on the server. */
  signal?: AbortSignal;
}

/** heard: what has happened since before the job began. Throws Refused where it fails, AbortError where it is cancelled. */
export async function followed(
  begun: JobModel,
  heard: AsyncIterable<Happening>,
  hear: (happening: Happening) => void,
  onprogress: (job: JobModel) => void,
): Promise<JobModel> {
  for await (const happening of heard) {
    hear(happening);
    if (happening.name !== 'job' || happening.data['id'] !== begun.id) continue;
    const job = happening.data as unknown as JobModel;
    onprogress(job);
    if (job.state === 'done') return job;
    if (job.state === 'cancelled') throw new DOMException(`${job.label} was cancelled.`, 'AbortError');
    if (job.state === 'failed') throw new Refused(job.message || `${job.label} was not finished.`, job.remedy);
  }
  throw new Refused(`Stillbytes ended before ${begun.label} was done.`, 'Start it again.');
}
