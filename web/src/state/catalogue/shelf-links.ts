/** What the library tells those around it. */
import type { Job } from '../../api/types';

export interface ShelfLinks {
  ontold: (message: string, remedy?: string) => void;
  onproblem: (message: string, remedy: string) => void;
  onjob: (job: Job) => void;
  onfailed: (error: unknown) => void;
  onreachable: (reachable: boolean) => void;
}
