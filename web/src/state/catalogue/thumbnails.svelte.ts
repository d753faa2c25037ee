/** Small pictures of what is in sight: asked for in streams, kept as addresses, forgotten when far away. */
import { SvelteMap } from 'svelte/reactivity';
import { streamPreviews } from '../../api/library';
import { jpegUrl } from '../../catalogue/data-url';
import type { Preview } from '../../catalogue/records';

export interface Thumbnail {
  url: string;
  /** Whether the photo looks so now; else a better one is on its way. */
  final: boolean;
  /** There is none to be had. */
  broken?: boolean;
}

interface Stream {
  left: Set<number>;
  abort: AbortController;
}

const STREAMS = 2;
const PART = 160;
const KEPT = 2500;

export class Thumbnails {
  private readonly made = new SvelteMap<number, Thumbnail>();
  private streams: Stream[] = [];
  private wanted: readonly number[] = [];
  private stopped = false;

  constructor(private readonly onfailed: (error: unknown) => void) {}

  of(number: number): Thumbnail | undefined {
    return this.made.get(number);
  }

  /** These are in sight or close to it, the nearest first. What is no longer wanted is no longer waited for. */
  look(numbers: readonly number[]): void {
    this.wanted = numbers;
    const near = new Set(numbers);
    for (const stream of this.streams) if (![...stream.left].some((number) => near.has(number))) stream.abort.abort();
    this.pump();
  }

  /** Photos look different now: the old pictures stay until there are new ones. */
  stale(numbers: readonly number[]): void {
    for (const number of numbers) {
      const known = this.made.get(number);
      if (known) this.made.set(number, { ...known, final: false, broken: false });
      for (const stream of this.streams) stream.left.delete(number);
    }
    this.pump();
  }

  private pump(): void {
    if (this.stopped) return;
    const coming = new Set(this.streams.filter((s) => !s.abort.signal.aborted).flatMap((s) => [...s.left]));
    const lacking = (number: number) => !this.settled(number) && !coming.has(number);
    while (this.streams.filter((s) => !s.abort.signal.aborted).length < STREAMS) {
      const part = this.wanted.filter(lacking).slice(0, PART);
      if (part.length === 0) return;
      for (const number of part) coming.add(number);
      void this.run(part);
    }
  }

  private settled(number: number): boolean {
    const known = this.made.get(number);
    return known !== undefined && (known.final || known.broken === true);
  }

  private async run(part: readonly number[]): Promise<void> {
    const stream: Stream = { left: new Set(part), abort: new AbortController() };
    this.streams.push(stream);
    try {
      await streamPreviews(part, 'grid', false, (preview) => this.put(stream, preview), stream.abort.signal);
      // Gone from the library, or told of twice. What nobody looks at any more may be asked for again.
      if (!stream.abort.signal.aborted) for (const number of stream.left) this.broke(number);
    } catch (error) {
      this.stopped = true;
      setTimeout(() => {
        this.stopped = false;
        this.pump();
      }, 2000);
      this.onfailed(error);
    } finally {
      this.streams = this.streams.filter((other) => other !== stream);
    }
    this.pump();
  }

  private put(stream: Stream, { number, state, jpeg }: Preview): void {
    if (!stream.left.has(number)) return;
    if (state !== 'provisional') stream.left.delete(number);
    if (state === 'none') return this.broke(number);
    const old = this.made.get(number);
    if (old?.url && state === 'provisional') return; // what is there is no worse
    this.made.set(number, { url: jpegUrl(jpeg), final: state === 'final' });
    this.trim();
  }

  private broke(number: number): void {
    this.made.set(number, { url: '', final: true, broken: true, ...this.keptUrl(number) });
  }

  private keptUrl(number: number): { url: string; broken: boolean } | undefined {
    const url = this.made.get(number)?.url;
    return url ? { url, broken: false } : undefined;
  }

  private trim(): void {
    if (this.made.size <= KEPT) return;
    const near = new Set(this.wanted);
    for (const number of this.made.keys()) {
      if (this.made.size <= KEPT * 0.9) return;
      if (!near.has(number)) this.made.delete(number);
    }
  }
}
