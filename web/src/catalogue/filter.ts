/** What the filter bar says, as a search in the library's language (docs/library.md). */
import { t } from '../texts';

export interface Filter {
  /** Typed by hand, in the same language. */
  text: string;
  flags: readonly Flag[];
  /** Stars: how many, and whether more or fewer will do. 0 with "from" is no condition. */
  stars: number;
  stars_as: 'from' | 'is' | 'to';
  labels: readonly string[];
  kind: Kind;
  edited: 'any' | 'yes' | 'no';
}

export type Flag = 'pick' | 'none' | 'reject';
export type Kind = 'any' | 'raw' | 'jpeg' | 'tiff' | 'heif' | 'png';
export const KINDS: readonly { value: Kind; label: string }[] = [
  { value: 'any', label: t('All kinds') },
  { value: 'raw', label: 'RAW' },
  { value: 'jpeg', label: 'JPEG' },
  { value: 'tiff', label: 'TIFF' },
  { value: 'heif', label: 'HEIF' },
  { value: 'png', label: 'PNG' },
];

/** Lightroom's names and keys; `none` is a photo without a label. */
export const LABELS = ['Red', 'Yellow', 'Green', 'Blue', 'Purple'] as const;

export const EVERYTHING: Filter = {
  text: '',
  flags: [],
  stars: 0,
  stars_as: 'from',
  labels: [],
  kind: 'any',
  edited: 'any',
};

/** Where the photos are looked for: everywhere, in a folder and all below it, or in a collection. */
export interface Source {
  kind: 'all' | 'folder' | 'collection';
  /** The folder's path or the collection's id. */
  key: string;
  name: string;
}

export const ALL: Source = { kind: 'all', key: '', name: t('All photos') };

export function active(filter: Filter): boolean {
  return query(ALL, filter) !== '';
}

export function query(source: Source, filter: Filter): string {
  const parts: string[] = [];
  if (source.kind === 'folder') parts.push(`in:${quoted(source.key)}`);
  if (source.kind === 'collection') parts.push(`collection:${quoted(source.key)}`);
  parts.push(either('flag', filter.flags));
  const sign = { from: '>=', is: '', to: '<=' }[filter.stars_as];
  if (filter.stars > 0 || filter.stars_as !== 'from') parts.push(`rating:${sign}${filter.stars}`);
  parts.push(either('label', filter.labels));
  if (filter.kind !== 'any') parts.push(`kind:${filter.kind}`);
  if (filter.edited !== 'any') parts.push(`${filter.edited === 'no' ? '-' : ''}is:edited`);
  const text = filter.text.trim();
  const alone = parts.every((part) => part === '');
  if (text) parts.push(alone || !/\bOR\b/.test(text) ? text : `(${text})`);
  return parts.filter(Boolean).join(' ');
}

function either(field: string, values: readonly string[]): string {
  const terms = values.map((value) => `${field}:${value.toLowerCase()}`);
  return terms.length > 1 ? `(${terms.join(' OR ')})` : (terms[0] ?? '');
}

/** The language has no way to write a quote within quotes; no path that a person makes holds one. */
function quoted(text: string): string {
  return `"${text.replaceAll('"', ' ')}"`;
}

/** With the value where it was not, without it where it was. */
export function toggled<T>(values: readonly T[], value: T): readonly T[] {
  return values.includes(value) ? values.filter((one) => one !== value) : [...values, value];
}
