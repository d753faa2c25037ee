/** Large pictures for looking closely: decoded before they are shown, those that the hand goes to next too. */
import { SvelteMap } from 'svelte/reactivity';
import { streamPreviews } from '../../api/library';
import type { Preview } from '../../catalogue/records';

type Tier = 'screen' | 'full';

export interface Picture {
  bitmap: ImageBitmap;
  tier: Tier;
  final: boolean;
}

interface Wish {
  /** What is shown. */
  now: readonly number[];
  /** What may be next, the likeliest first. */
  next: readonly number[];
  /** Every pixel of what is shown is wanted. */
  whole: boolean;
}

/** A screen's picture takes about 11 MB, a whole photo 100 and more. */
const KEPT = { screen: 14, full: 4 };
const PATIENCE = 2000;

export class Pictures {
  private readonly made = { screen: new SvelteMap<number, Picture>(), full: new SvelteMap<number, Picture>() };
  /** On their way because they are shown. */
  private readonly coming = { screen: new Set<number>(), full: new Set<number>() };
  private readonly broken = { screen: new Set<number>(), full: new Set<number>() };
  private wish: Wish = { now: [], next: [], whole: false };
  private ahead: { numbers: readonly number[]; abort: AbortController } | null = null;

  constructor(private readonly onfailed: (error: unknown) => void) {}

  /** The best there is. */
  of(number: number): Picture | undefined {
    return this.made.full.get(number) ?? this.made.screen.get(number);
  }

  look(now: readonly number[], next: readonly number[], whole: boolean): void {
    this.wish = { now, next, whole };
    this.pump();
  }

  /** They look different now; the old pictures stay until there are new ones. */
  stale(numbers: readonly number[]): void {
    for (const tier of ['screen', 'full'] as const) {
      for (const number of numbers) {
        const known = this.made[tier].get(number);
        if (known) this.made[tier].set(number, { ...known, final: false });
        this.broken[tier].delete(number);
      }
    }
  }

  private pump(): void {
    const { now, next, whole } = this.wish;
    const lacks = (tier: Tier) => (n: number) => !this.made[tier].get(n)?.final && !this.broken[tier].has(n);
    for (const tier of whole ? (['screen', 'full'] as const) : (['screen'] as const)) {
      // What was asked for ahead is asked for again: now it is urgent.
      const part = now.filter((n) => lacks(tier)(n) && !this.coming[tier].has(n));
      if (part.length) void this.run(part, tier);
    }
    const later = next.filter((n) => lacks('screen')(n) && !now.includes(n));
    const under = this.ahead?.numbers ?? [];
    if (later.every((n) => under.includes(n))) return;
    this.ahead?.abort.abort();
    void this.runAhead(later);
  }

  private async run(numbers: readonly number[], tier: Tier): Promise<void> {
    for (const number of numbers) this.coming[tier].add(number);
    const failed = await this.stream(numbers, tier, false, new AbortController().signal);
    for (const number of numbers) this.coming[tier].delete(number);
    if (failed) setTimeout(() => this.pump(), PATIENCE);
    else this.pump();
  }

  private async runAhead(numbers: readonly number[]): Promise<void> {
    const ahead = { numbers, abort: new AbortController() };
    this.ahead = ahead;
    await this.stream(numbers, 'screen', true, ahead.abort.signal);
    if (this.ahead === ahead) this.ahead = null;
  }

  /** Whether it failed. */
  private async stream(numbers: readonly number[], tier: Tier, ahead: boolean, signal: AbortSignal): Promise<boolean> {
    const left = new Set(numbers);
    const puts: Promise<void>[] = [];
    const took = (preview: Preview) => {
      if (preview.state !== 'provisional') left.delete(preview.number);
      puts.push(this.put(preview, tier));
    };
    try {
      await streamPreviews(numbers, tier, ahead, took, signal);
      await Promise.all(puts);
      if (!signal.aborted) for (const number of left) this.broken[tier].add(number); // gone from the library
      return false;
    } catch (error) {
      this.onfailed(error);
      return true;
    }
  }

  private async put({ number, state, jpeg }: Preview, tier: Tier): Promise<void> {
    const map = this.made[tier];
    if (state === 'provisional' && map.has(number)) return;
    if (state === 'none') {
      this.broken[tier].add(number);
      return;
    }
    let bitmap: ImageBitmap;
    try {
      bitmap = await createImageBitmap(new Blob([jpeg], { type: 'image/jpeg' }));
    } catch {
      this.broken[tier].add(number); // it stays as small as it is
      return;
    }
    const old = map.get(number);
    if (old?.final && state === 'provisional') return bitmap.close();
    map.delete(number); // the newest is the last in the map
    map.set(number, { bitmap, tier, final: state === 'final' });
    if (old) setTimeout(() => old.bitmap.close(), 500);
    this.trim(tier);
  }

  private trim(tier: Tier): void {
    const { now, next } = this.wish;
    const map = this.made[tier];
    for (const [number, { bitmap }] of map) {
      if (map.size <= KEPT[tier]) return;
      if (now.includes(number) || next.includes(number)) continue;
      map.delete(number);
      bitmap.close();
    }
  }
}
