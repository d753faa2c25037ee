/** What a generative task would take, and what its model draws at the moment. */
import * as api from '../../api';
import type { Forecast, PatchPreview } from '../../api/types';
import type { PatchRequest } from '../../api/generated';

/** Milliseconds after the last change until the server is asked. */
const FORESEE_MS = 400;

export interface Asked {
  photo: string;
  request: PatchRequest;
}

export class Drawing {
  /** null while it is not known. */
  forecast = $state.raw<Forecast | null>(null);
  private shown = $state('');
  private waiting: ReturnType<typeof setTimeout> | null = null;
  private latest = 0;

  /** asked: what would be sent now; null for nothing that can be foreseen. */
  constructor(private readonly asked: () => Asked | null) {}

  /** The address of what is drawn at the moment; empty for nothing. */
  get picture(): string {
    return this.shown;
  }

  set picture(url: string) {
    if (this.shown) URL.revokeObjectURL(this.shown);
    this.shown = url;
  }

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

  /** looked: the photo that is looked at. */
  previewed({ photo, picture }: PatchPreview, looked: string | null): void {
    if (photo === looked) this.picture = URL.createObjectURL(blob(picture));
  }
}

/** What a data URL holds: as an address of its own the page's security policy does not let it be shown. */
function blob(url: string): Blob {
  const [head = '', content = ''] = url.split(',', 2);
  const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0));
  return new Blob([bytes], { type: head.slice('data:'.length).split(';', 1)[0] ?? '' });
}
