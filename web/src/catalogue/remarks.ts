/** What is said about one photo, or about many at once. */
import type { CataloguePhoto, Remarks } from '../api/types';
import { plural, t } from '../texts';

export type TextField = 'title' | 'caption' | 'creator' | 'copyright';
export type Field = TextField | 'rating' | 'flag' | 'label' | 'keywords';
export const FIELDS: readonly Field[] = [
  'rating',
  'flag',
  'label',
  'title',
  'caption',
  'creator',
  'copyright',
  'keywords',
];

/** A rating in words. */
export function starred(rating: number): string {
  return plural(rating, ['# star', '# stars']);
}

/** A colour label as it is read: "Red label". Labels that other programs have made up keep their words. */
export function labelled(label: string): string {
  const colours: Record<string, string> = {
    red: t('Red label'),
    yellow: t('Yellow label'),
    green: t('Green label'),
    blue: t('Blue label'),
    purple: t('Purple label'),
  };
  return colours[label.toLowerCase()] ?? t(`${label} label`);
}

/** The value that all photos have; null where they differ. */
export function common<F extends Field>(photos: readonly CataloguePhoto[], field: F): CataloguePhoto[F] | null {
  const first = photos[0]?.[field];
  if (first === undefined) return null;
  const same = JSON.stringify(first);
  return photos.every((photo) => JSON.stringify(photo[field]) === same) ? first : null;
}

export interface Keyword {
  path: string;
  /** Whether all of the photos have it. */
  everywhere: boolean;
}

/** All keywords of any of the photos, by name. */
export function keywordsOf(photos: readonly CataloguePhoto[]): Keyword[] {
  const counts = new Map<string, number>();
  for (const photo of photos) for (const path of photo.keywords) counts.set(path, (counts.get(path) ?? 0) + 1);
  return [...counts]
    .map(([path, count]) => ({ path, everywhere: count === photos.length }))
    .sort((a, b) => a.path.localeCompare(b.path));
}

/** Keywords of the library that what was typed may become: a level begins so; those used most first. */
export function completions(
  typed: string,
  known: readonly { path: string; photos: number }[],
  have: ReadonlySet<string>,
  most = 8,
): string[] {
  const wanted = typed.trim().toLowerCase();
  if (!wanted) return [];
  const fits = (path: string) => {
    const folded = path.toLowerCase();
    return folded.startsWith(wanted) || folded.split('|').some((level) => level.startsWith(wanted));
  };
  return known
    .filter(({ path }) => !have.has(path) && fits(path))
    .sort((a, b) => b.photos - a.photos || a.path.localeCompare(b.path))
    .slice(0, most)
    .map(({ path }) => path);
}

/** As it is typed: levels apart by "|" or ">", several keywords by commas. */
export function typed(text: string): string[] {
  return text
    .split(',')
    .map((word) =>
      word
        .split(/[|>]/)
        .map((level) => level.trim())
        .filter(Boolean)
        .join('|'),
    )
    .filter(Boolean);
}

/** Of each photo what it said before about what is going to change, to be said again by an undo. */
export function before(photos: readonly CataloguePhoto[], fields: readonly Field[]): Map<number, Remarks> {
  return new Map(
    photos.map((photo) => [photo.number, Object.fromEntries(fields.map((field) => [field, photo[field]])) as Remarks]),
  );
}

/** Photos that are to be told the same. */
export function grouped(remarks: ReadonlyMap<number, Remarks>): { photos: number[]; remarks: Remarks }[] {
  const groups = new Map<string, { photos: number[]; remarks: Remarks }>();
  for (const [number, said] of remarks) {
    const key = JSON.stringify(said);
    const group = groups.get(key) ?? { photos: [], remarks: said };
    group.photos.push(number);
    groups.set(key, group);
  }
  return [...groups.values()];
}
