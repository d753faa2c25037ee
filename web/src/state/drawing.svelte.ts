/** What a generative task would take, and what its model draws at the moment. */
import * as api from '../api';
import type { Forecast, PatchPreview } from '../api/types';
import type { PatchRequest } from '../api/generated';

/** Milliseconds after the last change until the server is asked. */
const FORESEE_MS = 400;

export interface Asked {
  photo: string;
  request: PatchRequest;
}

export class Drawing {
  /** null while it is not known. */
  forecast = $state.raw<Forecast | null>(null);
  /** A data URL; empty for nothing. */
  picture = $state('');
  private waiting: ReturnType<typeof setTimeout> | null = null;
  private latest = 0;

  /** asked: what would be sent now; null for nothing that can be foreseen. */
  constructor(private readonly asked: () => Asked | null) {}

  /** Asks, a moment after the last change, what the chosen task would take. */
  foresee(): void {
    if (this.waiting) clearTimeout(this.waiting);
    this.forecast = null;
    const number = ++this.latest;
    this.waiting = setTimeout(() => {
      const asked = this.asked();
      if (!asked) return;
      api.forecastPatch(asked.photo, asked.request).then(
        (forecast) => {
          if (number === this.latest) this.forecast = forecast;
        },
        () => undefined,
      );
    }, FORESEE_MS);
  }

  /** photo: the one that is looked at. */
  previewed({ photo, picture }: PatchPreview, looked: string | null): void {
    if (photo === looked) this.picture = picture;
  }
}
