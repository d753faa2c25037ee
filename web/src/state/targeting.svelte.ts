/** The tool that changes a curve or a mixer by dragging on the picture, where what is under the pointer says which part. */
import * as api from '../api';
import type { Settings } from '../api/types';
import type { Point } from '../crop/geometry';
import { type Target, type Told, dragged, figures, targetsOf, touches } from '../develop/targets';
import { equal } from '../develop/settings';
import { t } from '../texts';
import type { Editor } from './editor.svelte';

interface Links {
  ontold: (message: string) => void;
  onfailed: (error: unknown) => void;
}

/** A place that a hand or the arrow keys are at. */
interface Hold {
  place: Point;
  target: Target;
  keys: boolean;
  /** CSS pixels since it began. */
  up: number;
  released: boolean;
  /** Known as soon as the server has answered. shown: what the hand has made of base. */
  known: { told: Told; base: Settings; shown: Settings } | null;
}

export class Targeting {
  /** Which tab of each operation's editor is open. */
  tabs = $state<Record<string, string>>({});
  private operation = $state<string | null>(null);
  private held: Hold | null = null;
  /** What is being changed, for reading. */
  says = $state('');

  private all = $derived.by(() => this.editor.panel.flatMap(targetsOf));
  target = $derived.by(() => this.open(this.operation));

  constructor(
    private readonly editor: Editor,
    private readonly links: Links,
  ) {}

  /** The target of an operation's open tab. */
  open(operation: string | null): Target | null {
    const own = this.all.filter((one) => one.operation === operation);
    return own.find(({ tab }) => tab === this.tabs[operation ?? '']) ?? own[0] ?? null;
  }

  /** Begins with an operation, or ends where that is what it is at. tab: opens that one. */
  toggle(operation: string, tab?: string): void {
    const same = this.target?.operation === operation && (tab ?? this.target.tab) === this.target.tab;
    this.end();
    if (tab) this.tabs[operation] = tab;
    if (!same) this.operation = operation;
  }

  /** What the hand has not let go of yet is taken back. */
  end(): void {
    const { held } = this;
    this.held = null;
    this.says = '';
    this.operation = null;
    if (held?.known && !held.keys) this.editor.preview(held.known.base, null, false);
  }

  /** place: 0..1 across and down the developed picture. */
  async begin(place: Point, keys = false): Promise<void> {
    const { target, editor } = this;
    const { photo } = editor;
    if (!target || !photo) return;
    editor.flush();
    const held: Hold = { place, target, keys, up: 0, released: keys, known: null };
    this.held = held;
    const names = target.rows.map(({ parameter }) => parameter.name);
    try {
      const told = await editor.queue.add(() => api.target(photo.id, place, names));
      if (this.held !== held || editor.photo?.id !== photo.id) return;
      if (!touches(target, told)) {
        this.held = null;
        this.links.ontold(t('There is no colour at this place.'));
        return;
      }
      held.known = { told, base: editor.settings, shown: editor.settings };
      this.show(held, null);
      if (held.released) this.keep(held);
    } catch (error) {
      if (this.held === held) this.held = null;
      this.links.onfailed(error);
    }
  }

  /** up: CSS pixels from where it began. */
  drag(up: number, input: number | null): void {
    const { held } = this;
    if (!held || held.released) return;
    held.up = up;
    this.show(held, input);
  }

  /** The hand lets go: one history entry. */
  rest(): void {
    const { held } = this;
    if (!held || held.released) return;
    held.released = true;
    if (held.known) this.keep(held);
  }

  /** A key press at a place; those that follow each other there are one entry. */
  nudge(place: Point, up: number): void {
    const { held } = this;
    const known = held?.known;
    const goesOn =
      held?.keys &&
      held.target === this.target &&
      held.place.x === place.x &&
      held.place.y === place.y &&
      (!known || equal(known.shown, this.editor.settings));
    if (!goesOn) void this.begin(place, true);
    const now = this.held;
    if (!now) return;
    now.up += up;
    if (!now.known) return;
    this.show(now, null);
    this.keep(now);
  }

  private show(held: Hold, input: number | null): void {
    const { known, target } = held;
    if (!known || this.editor.photo === null) return;
    const { base, told } = known;
    known.shown = held.up === 0 ? base : dragged(target, base, told, held.up, this.editor.parameters);
    this.says = figures(target, base, known.shown);
    this.editor.preview(known.shown, input, !held.keys);
  }

  private keep(held: Hold): void {
    const label = t(`${held.target.label}, in the picture`);
    if (held.keys) this.editor.commitLater(label);
    else {
      this.held = null;
      this.says = '';
      this.editor.commit(label);
    }
  }
}
