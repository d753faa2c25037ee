/** Files that a person takes over one after the other. */
import type { Notices } from './notices.svelte';
import { t } from '../texts';

/** What names each that was read; what was not is told by `onfailed`. */
export async function taken(
  files: readonly File[],
  take: (file: File) => Promise<{ name: string; value: string }>,
  notices: Notices,
  onfailed: (error: unknown) => void,
): Promise<string[]> {
  const values: string[] = [];
  for (const file of files) {
    try {
      const { name, value } = await take(file);
      values.push(value);
      notices.tell(t(`${name} is imported.`));
    } catch (error) {
      onfailed(error);
    }
  }
  return values;
}
