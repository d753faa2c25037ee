/** Which clipped ends of the picture are marked in it, and how much of it is clipped. */
export type End = 'shadows' | 'highlights';

export class Clipping {
  shadows = $state(false);
  highlights = $state(false);
  /** Parts of the picture, 0..1. */
  found = $state.raw<Record<End, number>>({ shadows: 0, highlights: 0 });
  marked = $derived<'none' | 'both' | End>(
    this.shadows ? (this.highlights ? 'both' : 'shadows') : this.highlights ? 'highlights' : 'none',
  );

  /** onshow: others are marked from now on. */
  constructor(private readonly onshow: () => void) {}

  toggle(which: 'both' | End): void {
    if (which === 'both') this.shadows = this.highlights = this.marked !== 'both';
    else this[which] = !this[which];
    this.onshow();
  }
}
