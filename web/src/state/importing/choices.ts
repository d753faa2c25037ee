import type { ImportChoices } from '../../api/imports';

/** The last choices of the import dialog, kept in this browser; keywords as they were typed, apart by commas. */
export interface ImportWishes {
  to: string;
  name: string;
  second: string;
  preset: string;
  keywords: string;
  creator: string;
  copyright: string;
}

const KEY = 'stillbytes.import';
const FIRST: ImportWishes = { to: '', name: '', second: '', preset: '', keywords: '', creator: '', copyright: '' };

export function remembered(): ImportWishes {
  try {
    return { ...FIRST, ...(JSON.parse(localStorage.getItem(KEY) ?? '{}') as Partial<ImportWishes>), keywords: '' };
  } catch {
    return { ...FIRST };
  }
}

export function remember(wishes: ImportWishes): void {
  try {
    localStorage.setItem(KEY, JSON.stringify(wishes));
  } catch {
    // Forbidden storage costs only the memory of the last choices.
  }
}

export function requested(wishes: ImportWishes): ImportChoices {
  const keywords = wishes.keywords
    .split(',')
    .map((word) => word.trim())
    .filter(Boolean);
  return {
    to: wishes.to.trim(),
    name: wishes.name,
    second_copy: wishes.second.trim() || null,
    preset: wishes.preset,
    keywords,
    creator: wishes.creator,
    copyright: wishes.copyright,
  };
}
