/** What is under the pointer: known things at once, with their outline as soon as the server drew it. */
import * as api from '../../api';
import type { Thing } from '../../api/types';
import { type Lines, rectangle, smallestAt } from '../../masks/things';
import type { Point } from '../../masks/tree';

/** After the last movement of the pointer, in ms, an outline is asked for. */
const REST = 20;
/** The same where colours alone tell, which takes the server a moment. */
const STILL = 250;

export class Pointing {
  things = $state.raw<readonly Thing[]>([]);
  loading = $state(false);
  /** The thing under the pointer, or under the focus in the list. */
  over = $state<number | null>(null);
  lines = $state.raw<Lines>([]);
  private anywhere = false;
  private photo: string | null = null;
  private outlines = new Map<number, Lines>();
  private timer: ReturnType<typeof setTimeout> | undefined;
  /** Counts what was pointed at: what comes later than the next is dropped. */
  private turn = 0;
  private asking = false;
  private loud = false;

  constructor(private readonly onfailed: (error: unknown) => void) {}

  /** Looks at a photo, once. loud: a person waits for it, and is told what is wrong. */
  async load(photo: string, loud = true): Promise<void> {
    this.loud = loud || (photo === this.photo && this.loud);
    if (photo === this.photo) return;
    this.photo = photo;
    this.things = [];
    this.anywhere = false;
    this.outlines = new Map();
    this.leave();
    this.loading = true;
    try {
      const { things, anywhere } = await api.getThings(photo);
      if (this.photo !== photo) return;
      this.things = things;
      this.anywhere = anywhere;
    } catch (error) {
      if (this.photo === photo) this.photo = null;
      if (this.loud) this.onfailed(error);
    } finally {
      this.loading = false;
    }
  }

  people(): readonly Thing[] {
    return this.things.filter((thing) => thing.person >= 0);
  }

  thumbnail(index: number): string {
    return api.thingUrl(this.photo ?? '', index);
  }

  /** The pointer is at a place of the frame. */
  at(place: Point, peopleOnly: boolean): void {
    const index = smallestAt(this.things, place, peopleOnly);
    if (this.anywhere && !peopleOnly) this.ask(() => this.under(place), index);
    else if (index !== null) {
      if (index !== this.over) this.show(index);
    } else {
      this.leave();
      if (!peopleOnly) this.ask(() => this.under(place), null, STILL);
    }
  }

  /** One of the things, by number. */
  show(index: number | null): void {
    if (index === null) this.leave();
    else this.ask(() => this.outline(index), index);
  }

  leave(): void {
    clearTimeout(this.timer);
    this.turn += 1;
    this.over = null;
    this.lines = [];
  }

  private ask(outline: () => Promise<Lines>, index: number | null, rest = REST): void {
    clearTimeout(this.timer);
    this.turn += 1;
    const { turn } = this;
    const known = index === null ? undefined : this.outlines.get(index);
    const thing = index === null ? undefined : this.things[index];
    if (index !== this.over) this.lines = known ?? (thing ? [rectangle(thing.box)] : []);
    this.over = index;
    if (known && !this.anywhere) return;
    const send = () => {
      // One at a time: a slow answer is waited for, and only the newest place is asked for then.
      if (this.asking) this.timer = setTimeout(send, REST);
      else void this.answered(outline, turn);
    };
    this.timer = setTimeout(send, rest);
  }

  private async answered(outline: () => Promise<Lines>, turn: number): Promise<void> {
    this.asking = true;
    try {
      const lines = await outline();
      if (turn === this.turn && lines.length > 0) this.lines = lines;
    } catch (error) {
      if (turn === this.turn) this.onfailed(error);
    } finally {
      this.asking = false;
    }
  }

  private async outline(index: number): Promise<Lines> {
    const { photo } = this;
    const thing = this.things[index];
    const known = this.outlines.get(index);
    if (known || !photo || !thing) return known ?? [];
    const found = await api.getThingOutline(photo, index);
    // Nothing was told apart in it: its box is all that is known.
    const lines = found.length > 0 ? found : [rectangle(thing.box)];
    if (photo === this.photo) this.outlines.set(index, lines);
    return lines;
  }

  private async under(place: Point): Promise<Lines> {
    return this.photo ? api.getOutlineUnder(this.photo, place) : [];
  }
}
