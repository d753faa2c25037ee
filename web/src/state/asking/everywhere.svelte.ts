/** What is proposed for the open photo, for all that are selected: asked about first, with how many they are. */
import * as api from '../../api';
import type { Job, Proposal } from '../../api/types';

export interface EverywhereLinks {
  /** The photos that are selected, the open one among them. */
  selected: () => readonly string[];
  /** Sends it after what else is on its way to the server. */
  send: (apply: () => Promise<Job>) => Promise<Job>;
}

export class Everywhere {
  on = $state(false);
  /** How many they are was told, and a yes is waited for. */
  asked = $state(false);

  constructor(private readonly links: EverywhereLinks) {}

  get many(): number {
    return this.links.selected().length;
  }

  /** Whether what is applied is for more than one photo. */
  get meant(): boolean {
    return this.on && this.many > 1;
  }

  choose(on: boolean): void {
    this.on = on;
    this.asked = false;
  }

  /** Whether a yes was given; the first time it asks for it. */
  sure(): boolean {
    const given = this.asked;
    this.asked = true;
    return given;
  }

  apply({ request, engine, steps }: Proposal, amounts: Record<string, number>): Promise<Job> {
    const photos = [...this.links.selected()];
    const body = { photos, request, engine, steps, amounts, confirmed: photos.length };
    return this.links.send(() => api.applyToMany(body));
  }
}
