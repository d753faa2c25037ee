/** The photo that stands beside the one that is developed, to develop by; it stays while one goes from photo to photo. */
import { Viewer } from './viewer.svelte';

/** What has to be known of a photo to look at it. */
export interface Shown {
  id: string;
  name: string;
  version_name?: string;
}

export class Reference {
  /** The one that was chosen last, shown or not. */
  photo = $state.raw<Shown | null>(null);
  /** While it is shown. */
  viewer = $state.raw<Viewer | null>(null);

  constructor(
    private readonly onfailed: (error: unknown) => void,
    private readonly view = (onclosed: () => void) => new Viewer({ onclosed, onfailed }),
  ) {}

  get shown(): boolean {
    return this.viewer !== null;
  }

  choose(photo: Shown): void {
    this.photo = photo;
    this.viewer ??= this.view(() => this.forget());
    this.viewer.show(photo.id);
  }

  /** otherwise: what becomes the reference where none was chosen yet. */
  toggle(otherwise: Shown | null): void {
    const photo = this.photo ?? otherwise;
    if (this.viewer) this.leave();
    else if (photo) this.choose(photo);
  }

  leave(): void {
    this.viewer?.close();
    this.viewer = null;
  }

  /** A photo was changed. redrawn: it looks different with the same settings. */
  changed(id: string, redrawn = false): void {
    if (id !== this.viewer?.id) return;
    if (redrawn) this.viewer.redraw();
    else this.viewer.changed().catch(this.onfailed);
  }

  /** It cannot be read, so it is no reference. */
  private forget(): void {
    this.leave();
    this.photo = null;
  }
}
