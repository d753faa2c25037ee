/** The soft proof: the picture as it will look in an export's colours, and what of it these cannot show. */
import * as api from '../api';
import type { Formats } from '../api/types';
import type { Proof } from '../transport/live';
import { choices } from './choices';
import { kept, like } from './kept';
import { t } from '../texts';

/** Of a profile among the choices; others are names of colour spaces. */
const ICC = 'icc:';
/** Through what exports are made with at the moment. */
export const AS_EXPORTED = '';
const last = kept('stillbytes.proof', like({ through: AS_EXPORTED, warn: true }));

export interface ProofingLinks {
  /** It is another one, or none: ask for frames. */
  onshow: () => void;
  onfailed: (error: unknown) => void;
}

export class Proofing {
  active = $state(false);
  through = $state(last.get().through);
  warn = $state(last.get().warn);
  /** How exports are made. */
  private exports = $state.raw(choices.get());
  /** Names of the profiles that the server keeps. */
  profiles = $state.raw<readonly string[]>([]);
  /** What is asked for; null while there is no proof. */
  wish = $state.raw<Proof | null>(null);

  constructor(private readonly links: ProofingLinks) {}

  /** What can be proofed through. */
  options(spaces: Formats['spaces']): { value: string; label: string }[] {
    const { icc, space } = this.exports;
    const named = icc || (spaces.find((one) => one.name === space)?.label ?? space);
    return [
      { value: AS_EXPORTED, label: t(`As exported: ${named}`) },
      ...spaces.map(({ name, label }) => ({ value: name, label })),
      ...this.profiles.map((name) => ({ value: ICC + name, label: name })),
    ];
  }

  toggle(): void {
    this.active = !this.active;
    this.show();
    if (this.active) void this.load();
  }

  /** The mark of what is out of gamut. A proof begins with it if there is none. */
  toggleWarning(): void {
    if (!this.active) {
      this.warn = true;
      this.toggle();
    } else {
      this.warn = !this.warn;
      this.show();
    }
  }

  choose(through: string): void {
    this.through = through;
    this.show();
  }

  /** Exports are made differently from now on. */
  exported(): void {
    if (this.active) this.show();
  }

  private show(): void {
    this.exports = choices.get();
    const { icc, space, intent, black_point } = this.exports;
    const { through, warn } = this;
    const named = through.startsWith(ICC) ? { icc: through.slice(ICC.length), space } : { icc: '', space: through };
    const target = through === AS_EXPORTED ? { icc, space } : named;
    this.wish = this.active ? { ...target, intent, black_point, warn } : null;
    last.set({ through, warn });
    this.links.onshow();
  }

  private async load(): Promise<void> {
    try {
      this.profiles = (await api.getExportPresets()).profiles;
    } catch (error) {
      this.links.onfailed(error);
    }
    // One that is kept no longer.
    const { through } = this;
    if (through.startsWith(ICC) && !this.profiles.includes(through.slice(ICC.length))) this.choose(AS_EXPORTED);
  }
}
