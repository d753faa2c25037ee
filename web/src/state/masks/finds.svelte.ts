/** What the server was asked to look for, and where in the settings it belongs. */
import * as api from '../../api';
import type { FoundMask } from '../../api/types';
import { type Kind, alike, componentsOf, plain, withComponent } from '../../masks/tree';
import type { Masking } from './masking.svelte';
import { t } from '../../texts';

interface Asked {
  photo: string;
  kind: Kind;
  adjustment: string;
  component: number;
}

export class Finds {
  private asked = $state.raw<Asked[]>([]);

  constructor(
    private readonly masking: Masking,
    private readonly onfailed: (error: unknown) => void,
  ) {}

  looking(photo: string | null, adjustment: string): boolean {
    return this.asked.some((a) => a.adjustment === adjustment && a.photo === photo);
  }

  find(photo: string, adjustment: string, component: number, kind: Kind): void {
    this.asked = [...this.asked, { photo, kind, adjustment, component }];
    api.findMask(photo, kind).catch((error: unknown) => {
      this.forget(photo, kind);
      this.onfailed(error);
    });
  }

  /** The server found what was asked for. The part may have moved meanwhile, or be another one. */
  found(told: FoundMask): void {
    const asked = this.forget(told.photo, told.asked as Kind);
    if (!asked || this.masking.photo !== told.photo) return;
    const adjustment = this.masking.adjustments.find((a) => a.id === asked.adjustment);
    if (!adjustment) return;
    const components = componentsOf(adjustment);
    const waits = components.map((c) => alike(plain(c.kind), plain(asked.kind)));
    const index = waits[asked.component] ? asked.component : waits.indexOf(true);
    const component = components[index];
    if (!component) return;
    const next = withComponent(adjustment, index, { ...component, kind: told.kind as Kind });
    this.masking.set(next, t(`${adjustment.name} found`));
  }

  /** A search failed or was stopped: nothing waits for it any more. */
  gaveUp(): void {
    this.asked = [];
  }

  private forget(photo: string, kind: Kind): Asked | undefined {
    const asked = this.asked.find((a) => a.photo === photo && alike(a.kind, kind));
    this.asked = this.asked.filter((a) => a !== asked);
    return asked;
  }
}
