/** The page's greys. The server writes what was chosen into the page, and keeps it for this machine. */
import * as api from '../api';
import { t } from '../texts';

export const APPEARANCES = [
  { value: 'dark', label: t('Dark') },
  { value: 'grey', label: t('Grey') },
  { value: 'light', label: t('Light') },
] as const;

export type Appearance = (typeof APPEARANCES)[number]['value'];

class Appearing {
  current = $state<Appearance>(
    APPEARANCES.find(({ value }) => value === document.documentElement.dataset.appearance)?.value ?? 'dark',
  );

  /** As another window has it. */
  wear(wanted: Appearance): void {
    document.documentElement.dataset.appearance = wanted;
    this.current = wanted;
  }

  /** At once; what is not kept by the server, which is told with `onfailed`, lasts until the page is loaded again. */
  async choose(wanted: Appearance, onfailed: (error: unknown) => void): Promise<void> {
    this.wear(wanted);
    try {
      await api.chooseAppearance(wanted);
    } catch (error) {
      onfailed(error);
    }
  }

  /** The next one, and after the last the first. */
  async next(onfailed: (error: unknown) => void): Promise<void> {
    const at = APPEARANCES.findIndex(({ value }) => value === this.current);
    await this.choose(APPEARANCES[(at + 1) % APPEARANCES.length]?.value ?? 'dark', onfailed);
  }
}

/** There is one page. */
export const appearing = new Appearing();
