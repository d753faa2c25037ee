import type { UnfitPhoto } from '../api/types';
import { both, plural, t } from '../texts';

/** In words, which masks had no effect where they were pasted; empty when all have. */
export function unfitInWords(unfit: readonly UnfitPhoto[]): string {
  const [first] = unfit;
  if (!first) return '';
  const names = [...new Set(unfit.flatMap((photo) => photo.masks))];
  const masks = names.map((name) => `“${name}”`);
  const where = unfit.length === 1 ? first.name : plural(unfit.length, ['# photo', '# photos']);
  return names.length === 1
    ? t(`${both(masks)} is a picture of other proportions than ${where} and has no effect there.`)
    : t(`${both(masks)} are pictures of other proportions than ${where} and have no effect there.`);
}
