/** Models, engines and the card's memory, as the server tells them. */
import * as api from '../api';
import type { AiModel, Card, Engine, Plan } from '../api/types';

export class Engines {
  /** Who holds the memory that engines share; changes arrive as events. */
  card = $state.raw<Card | null>(null);
  models = $state.raw<AiModel[]>([]);
  engines = $state.raw<Engine[]>([]);
  plan = $state.raw<Plan | null>(null);
  /** Memory in use by engines, in MiB. */
  held = $derived(this.card?.holders.reduce((sum, holder) => sum + holder.mib, 0) ?? 0);

  heard(data: unknown): void {
    this.card = { ...(data as Card), present: true };
  }

  async look(): Promise<void> {
    this.card = await api.getCard();
  }

  async load(): Promise<void> {
    const [models, engines] = await Promise.all([api.getModels(), api.getEngines()]);
    this.models = models.models;
    this.engines = engines.engines;
  }

  async plans(wish: Record<string, string>): Promise<void> {
    this.plan = await api.getPlan(wish);
  }

  async free(): Promise<void> {
    this.card = await api.freeCard();
  }
}

/** MiB as people read it. */
export function gigabytes(mib: number): string {
  return mib >= 1000 ? `${(mib / 1024).toFixed(1)} GB` : `${Math.round(mib)} MB`;
}

/** Bytes of a file as it is sold: in powers of ten. */
export function fileSize(bytes: number, estimated = false): string {
  const size = bytes >= 1e9 ? `${(bytes / 1e9).toFixed(bytes < 1e10 ? 2 : 1)} GB` : `${Math.round(bytes / 1e6)} MB`;
  return estimated ? `~${size}` : size;
}
