/** The camera profiles that fit the open photo. */
import * as api from '../api';
import { taken } from './taking';
import type { Notices } from './notices.svelte';
import { t } from '../texts';

export class CameraProfiles {
  list = $state.raw<{ name: string; value: string; camera: string; place: string }[]>([]);
  private photo = '';

  constructor(
    private readonly notices: Notices,
    private readonly onfailed: (error: unknown) => void,
  ) {}

  async load(photo: string): Promise<void> {
    if (photo !== this.photo) this.list = [];
    this.photo = photo;
    try {
      const { profiles } = await api.getCameraProfiles(photo);
      if (photo === this.photo) this.list = profiles;
    } catch (error) {
      this.onfailed(error);
    }
  }

  /** Imports files. What names the last that fits the photo; null when none does. */
  async take(files: readonly File[]): Promise<string | null> {
    const values = await taken(files, api.importCameraProfile, this.notices, this.onfailed);
    await this.load(this.photo);
    const fitting = values.filter((value) => this.list.some((one) => one.value === value));
    if (values.length && !fitting.length) this.notices.tell(t('It is for another camera than the photo’s.'));
    return fitting.at(-1) ?? null;
  }
}
