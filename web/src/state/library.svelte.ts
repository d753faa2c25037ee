/** The folder: its photos, which of them are selected, and how fresh their thumbnails are. */
import * as api from '../api';
import type { Folder, PhotoEntry } from '../api/types';
import { Gate } from '../library/gate';
import { NOTHING, type Selection, all, begun, clicked, only, remaining, stepped } from '../library/selection';

export class Library {
  folder = $state.raw<Folder | null>(null);
  selection = $state.raw<Selection>(NOTHING);
  readonly thumbnails = new Gate(3);
  private readonly visit = Date.now().toString(36);
  /** Counts changes of a photo, so that its thumbnail is fetched anew. */
  versions = $state<Record<string, number>>({});

  photos = $derived<PhotoEntry[]>(this.folder?.photos ?? []);
  ids = $derived(this.photos.map((p) => p.id));
  /** Photos of the library, which are worked on in place of those of the folder. */
  borrowed = $state.raw<{ active: PhotoEntry; selected: string[] } | null>(null);
  active = $derived(this.borrowed?.active ?? this.photos.find((p) => p.id === this.selection.active) ?? null);
  selected = $derived(this.borrowed?.selected ?? this.ids.filter((id) => this.selection.selected.has(id)));

  async load(): Promise<void> {
    const opened = this.folder === null;
    this.folder = await api.getFolder();
    if (opened) this.selection = begun(this.folder.first, this.folder.chosen);
    this.selection = remaining(this.selection, this.ids);
  }

  /** Another folder, or other photos of this one, were opened from outside. */
  async arrive(): Promise<void> {
    const folder = await api.getFolder();
    this.borrowed = null;
    this.folder = folder;
    this.selection = remaining(begun(folder.first, folder.chosen), this.ids);
  }

  click(id: string, shift: boolean, mod: boolean): void {
    this.selection = clicked(this.selection, this.ids, id, shift, mod);
  }

  step(by: number, extend = false): void {
    this.selection = stepped(this.selection, this.ids, by, extend);
  }

  choose(id: string): void {
    this.selection = only(id);
  }

  selectAll(): void {
    this.selection = all(this.selection, this.ids);
  }

  /** Changes whenever the thumbnail may have changed; differs from one visit to the next. */
  version(id: string): string {
    return `${this.visit}.${this.versions[id] ?? 0}`;
  }

  /** Every edited photo may look different now. Returns their ids. */
  redrawn(): string[] {
    const edited = this.photos.filter((p) => p.edited).map(({ id }) => id);
    for (const id of edited) this.touched(id, true);
    return edited;
  }

  /** The photo looks different now. */
  touched(id: string, edited: boolean): void {
    this.versions[id] = (this.versions[id] ?? 0) + 1;
    const folder = this.folder;
    if (!folder || folder.photos.find((p) => p.id === id)?.edited === edited) return;
    this.folder = { ...folder, photos: folder.photos.map((p) => (p.id === id ? { ...p, edited } : p)) };
  }
}
