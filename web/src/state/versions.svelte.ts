/** The versions of the open photo (virtual copies), and the snapshots of the one that is open. */
import * as api from '../api';
import type { DeletedVersion, PhotoEntry, Snapshot } from '../api/types';
import { titled, unnamed } from '../library/versions';
import { Refused } from '../transport/refused';
import type { Editor } from './editor.svelte';
import type { Notices } from './notices.svelte';
import { plural, t } from '../texts';

export interface VersionsLinks {
  /** The photo of this version is to be worked on. */
  onshow: (version: PhotoEntry) => Promise<void>;
  /** A version is to be deleted, if the person confirms it. */
  onasked: () => void;
  onfailed: (error: unknown) => void;
}

/** A version that is to be deleted. */
export interface Doomed {
  id: string;
  title: string;
}

export class Versions {
  /** All of the open photo, its own first. */
  list = $state.raw<PhotoEntry[]>([]);
  deleted = $state.raw<DeletedVersion[]>([]);
  doomed = $state.raw<Doomed | null>(null);
  /** The id of the version or snapshot whose name is being written. */
  naming = $state<string | null>(null);
  /** The name that a new snapshot would have. */
  draft = $state<string | null>(null);

  constructor(
    private readonly editor: Editor,
    private readonly notices: Notices,
    private readonly links: VersionsLinks,
  ) {}

  opened(): void {
    this.naming = this.draft = null;
    void this.look();
  }

  /** Asks which there are. */
  async look(): Promise<void> {
    const id = (await this.editor.arrived())?.id;
    if (!id) return;
    try {
      const found = await api.getVersions(id);
      if (this.editor.photo?.id !== id) return;
      this.list = found.versions;
      this.deleted = found.deleted;
    } catch (error) {
      if (!(error instanceof Refused && error.status === 404)) this.links.onfailed(error); // gone meanwhile
    }
  }

  /** A new version of the open photo, which begins as that is now; it is opened. */
  async create(): Promise<void> {
    this.editor.flush();
    const photo = await this.editor.arrived();
    if (!photo) return;
    await this.act(async () => {
      const made = await this.editor.expect(this.editor.queue.add(() => api.createVersion(photo.id)));
      await this.links.onshow(made);
      this.notices.tell(t(`Virtual copy “${made.version_name}” made.`));
    });
  }

  /** A new version of each of these. */
  createOf(photos: readonly { id: string }[]): Promise<void> {
    return this.act(async () => {
      for (const { id } of photos) await this.editor.queue.add(() => api.createVersion(id));
      this.notices.tell(plural(photos.length, ['Virtual copy made.', '# virtual copies made.']));
    });
  }

  rename(id: string, name: string): Promise<void> {
    this.naming = null;
    return this.act(async () => {
      await this.editor.queue.add(() => api.renameVersion(id, name));
      await Promise.all([this.look(), this.editor.photo?.id === id ? this.editor.refresh() : null]);
    });
  }

  /** Asks whether this version is to be deleted. */
  ask(photo: { id: string; name: string; version?: number; version_name?: string } | null): void {
    if (!photo) return;
    if ((photo.version ?? 1) === 1) {
      this.notices.tell(t('Only virtual copies can be deleted here; the photo itself stays.'));
      return;
    }
    this.doomed = { id: photo.id, title: titled(photo) };
    this.links.onasked();
  }

  /** Deletes it, with a way back. */
  async remove({ id, title }: Doomed): Promise<void> {
    this.doomed = null;
    this.editor.flush();
    await this.act(async () => {
      if (this.editor.photo?.id === id) {
        const [main] = (await api.getVersions(id)).versions;
        if (main) await this.links.onshow(main); // so that nobody asks for it any more
        await this.editor.arrived();
      }
      const gone = await this.editor.queue.add(() => api.deleteVersion(id));
      await this.look();
      this.notices.tell(t(`${title} deleted.`), { label: t('Undo'), run: () => void this.restore(gone) });
    });
  }

  /** Brings a deleted version back, and opens it where its photo is open. */
  restore({ of, number }: DeletedVersion): Promise<void> {
    return this.act(async () => {
      const back = await this.editor.queue.add(() => api.restoreVersion(of, number));
      if (this.editor.photo?.of === of) await this.links.onshow(back);
    });
  }

  open(version: PhotoEntry): Promise<void> {
    return this.act(() => this.links.onshow(version));
  }

  /** Asks for the name of a new snapshot. */
  snap(): void {
    const { photo } = this.editor;
    if (!photo) return;
    const names = photo.snapshots.map(({ name }) => name);
    this.draft = unnamed(names, new Date());
  }

  /** Keeps the settings as they are under that name; nothing without one. */
  take(name: string | null): void {
    this.draft = null;
    if (name !== null) void this.editor.follow((id) => api.takeSnapshot(id, name));
  }

  apply({ id }: Snapshot): void {
    void this.editor.follow((photo) => api.applySnapshot(photo, id));
  }

  renameSnapshot(id: string, name: string): void {
    this.naming = null;
    void this.editor.follow((photo) => api.changeSnapshot(photo, id, { name }));
  }

  /** Keeps the settings as they are now under its name. */
  update({ id, name }: Snapshot): void {
    void this.editor
      .follow((photo) => api.changeSnapshot(photo, id, { update: true }))
      .then((done) => done && this.notices.tell(t(`Snapshot “${name}” has the settings of now.`)));
  }

  /** Forgets it, with a way back. */
  async forget({ id, name }: Snapshot): Promise<void> {
    const of = this.editor.photo?.id;
    let gone: api.DeletedSnapshot | undefined;
    const done = await this.editor.follow(async (photo) => {
      gone = await api.deleteSnapshot(photo, id);
      return gone.photo;
    });
    if (!done || !of || !gone) return;
    const { snapshot } = gone;
    const back = () =>
      this.act(async () => {
        const put = (photo: string) => api.putSnapshot(photo, id, snapshot);
        if (this.editor.photo?.id === of) await this.editor.follow(put);
        else await this.editor.queue.add(() => put(of));
      });
    this.notices.tell(t(`Snapshot “${name}” deleted.`), { label: t('Undo'), run: () => void back() });
  }

  private async act(action: () => Promise<void>): Promise<void> {
    try {
      await action();
    } catch (error) {
      this.links.onfailed(error);
    }
  }
}
