/** Models, engines and the card's memory, as the server tells them. */
import * as api from '../api';
import type { AiModel, Card, Drawing, Engine, EngineName, ModelFolder, Plan, PlanQuery } from '../api/types';
import { Refused } from '../transport/refused';
import { t } from '../texts';

export type EngineTab = 'card' | 'models' | 'plan';

export class Engines {
  /** Who holds the memory that engines share; changes arrive as events. */
  card = $state.raw<Card | null>(null);
  models = $state.raw<AiModel[]>([]);
  /** Where downloads go, and where models are looked for. */
  home = $state('');
  folders = $state.raw<ModelFolder[]>([]);
  engines = $state.raw<Engine[]>([]);
  plan = $state.raw<Plan | null>(null);
  /** What draws pictures, and what could. */
  drawing = $state.raw<Drawing | null>(null);
  /** What was asked for in the dialog and failed: messages at the window's edge are behind it. */
  problem = $state.raw<{ message: string; remedy: string } | null>(null);
  /** Engines that are being started or stopped. */
  changing = $state.raw<readonly EngineName[]>([]);
  /** What the dialog shows, and which models are looked for in it. */
  tab = $state<EngineTab>('card');
  sought = $state('');
  private questions = 0;
  /** Memory in use by engines, in MiB. */
  held = $derived(this.card?.holders.reduce((sum, holder) => sum + holder.mib, 0) ?? 0);

  heard(data: unknown): void {
    const { present, says } = data as Card;
    this.card = present ? (data as Card) : { ...NOTHING, says };
  }

  async look(): Promise<void> {
    this.card = await api.getCard();
  }

  async load(): Promise<void> {
    await Promise.all([this.loadModels(), this.loadEngines(), this.loadDrawing()]);
  }

  async loadModels(): Promise<void> {
    const { models, home, folders } = await api.getModels();
    this.models = models;
    this.home = home;
    this.folders = folders;
  }

  async loadEngines(): Promise<void> {
    this.engines = (await api.getEngines()).engines;
  }

  async loadDrawing(): Promise<void> {
    this.drawing = await api.getDevice();
  }

  async drawOn(device: Drawing['chosen']): Promise<void> {
    this.drawing = await api.chooseDevice(device);
  }

  /** The answer to an earlier question that comes late is dropped. */
  async plans(wish: PlanQuery): Promise<void> {
    const question = ++this.questions;
    const plan = await api.getPlan(wish);
    if (question === this.questions) this.plan = plan;
  }

  async free(): Promise<void> {
    this.card = await api.freeCard();
  }

  async start(name: EngineName, model: string | null): Promise<void> {
    await this.change(name, () => api.startEngine(name, model));
  }

  async stop(name: EngineName): Promise<void> {
    await this.change(name, () => api.stopEngine(name));
  }

  /** Waits for what was asked for; a refusal is shown in the dialog. Returns whether it was done. */
  async tried(work: Promise<unknown>): Promise<boolean> {
    this.problem = null;
    try {
      await work;
      return true;
    } catch (error) {
      if (error instanceof Refused) this.problem = { message: error.message, remedy: error.remedy };
      else this.problem = { message: t('Stillbytes did not answer.'), remedy: t('Is it still running?') };
      return false;
    }
  }

  private async change(name: EngineName, work: () => Promise<{ engines: Engine[] }>): Promise<void> {
    this.changing = [...this.changing, name];
    try {
      this.engines = (await work()).engines;
    } finally {
      this.changing = this.changing.filter((one) => one !== name);
    }
  }
}

const NOTHING: Card = {
  present: false,
  says: '',
  device: '',
  kind: 'host',
  total: 0,
  free: 0,
  foreign: 0,
  guard: 0,
  holders: [],
  waiting: [],
  running: [],
  doing: '',
  said: [],
};
