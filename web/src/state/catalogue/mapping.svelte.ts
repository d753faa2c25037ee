/** Where the listed photos were taken: what the map looks at, and what the server tells about it. */
import * as api from '../../api/library';
import { type Box, type Cell, type Sight, WORLD, clustered, fitted, moved, seen, zoomed } from '../../catalogue/atlas';
import type { Size } from '../../catalogue/view';
import type { Listing } from './listing.svelte';

/** Zoom at which all of a search is asked for: what is far apart can be told apart, and it is little. */
const OVERALL = 3;
/** Of marks from each other, in pixels. */
const APART = 56;
/** Around what is fitted into the map. */
const ROOM = 72;
const CALM = 80;
/** Steps of zoom that a click on a cluster leads nearer at least. */
const NEARER = 0.5;

export class Mapping {
  sight = $state.raw<Sight>(WORLD);
  size = $state.raw<Size>({ width: 0, height: 0 });
  /** How many of the listed photos say where they were taken; null before that is known. */
  placed = $state<number | null>(null);
  private cells = $state.raw<readonly Cell[]>([]);
  private zoom = $state(0);
  /** As drawn: what was asked for at one zoom stays together until the next answer. */
  readonly clusters = $derived<readonly Cell[]>(clustered(this.cells, this.zoom, APART));

  private boxes: readonly Box[] = [];
  private shown = '';
  private asked = 0;
  private counted = 0;
  private pending: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly listing: Listing,
    private readonly onfailed: (error: unknown) => void,
  ) {}

  /** The list is another one: the map shows all of it, unless the same search was only asked again. */
  async follow(): Promise<void> {
    const turn = ++this.counted;
    const search = JSON.stringify(this.search);
    try {
      const cells = await api.getPlaces({ ...this.search, zoom: OVERALL });
      if (turn !== this.counted) return;
      this.placed = cells.reduce((sum, cell) => sum + cell.photos, 0);
      this.boxes = cells.map((cell) => cell.box);
      if (search !== this.shown) {
        this.shown = search;
        this.fit();
      } else this.ask();
    } catch (error) {
      if (turn === this.counted) this.onfailed(error);
    }
  }

  see(sight: Sight): void {
    this.sight = sight;
    this.ask();
  }

  fit(): void {
    this.see(fitted(this.boxes, this.size, ROOM));
  }

  /** By parts of the map's sides. */
  pan(right: number, down: number): void {
    this.see(moved(this.sight, right * this.size.width, down * this.size.height));
  }

  nearer(by: number): void {
    this.see(zoomed(this.sight, by));
  }

  resize(size: Size): void {
    this.size = size;
    this.ask();
  }

  /** Looks closer at a cluster; false where its photos are not to be told apart any more. */
  approach({ box }: Cell): boolean {
    const sight = fitted([box], this.size, ROOM);
    if (sight.zoom < this.sight.zoom + NEARER) return false;
    this.see(sight);
    return true;
  }

  /** What can be seen. */
  get part(): Box {
    return seen(this.sight, this.size);
  }

  private get search() {
    const { query, tops, opened, filter } = this.listing;
    return { query, tops, opened, meaning: this.listing.meaning && filter.text.trim() !== '' };
  }

  private ask(): void {
    clearTimeout(this.pending);
    if (this.size.width > 0) this.pending = setTimeout(() => void this.load(), CALM);
  }

  private async load(): Promise<void> {
    const turn = ++this.asked;
    const zoom = Math.round(this.sight.zoom);
    const margin = { width: this.size.width + 2 * APART, height: this.size.height + 2 * APART };
    try {
      const cells = await api.getPlaces({ ...this.search, zoom, box: seen(this.sight, margin) });
      if (turn !== this.asked) return;
      this.cells = cells;
      this.zoom = this.sight.zoom;
    } catch (error) {
      if (turn === this.asked) this.onfailed(error);
    }
  }
}
