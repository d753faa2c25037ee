/** Versions of a photo (virtual copies) by name. */
import { language } from '../texts/language';
interface Named {
  name: string;
  version_name?: string;
}

/** IMG_1.nef, or IMG_1.nef / Black and white. */
export function titled({ name, version_name }: Named): string {
  return version_name ? `${name} / ${version_name}` : name;
}

/** A name for a snapshot that nobody has named: when it was taken, and a number where that is not enough. */
export function unnamed(taken: readonly string[], now: Date): string {
  const plain = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'medium' }).format(now);
  const used = new Set(taken.map((name) => name.toLowerCase()));
  let name = plain;
  for (let n = 2; used.has(name.toLowerCase()); n++) name = `${plain} (${n})`;
  return name;
}
