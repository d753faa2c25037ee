import type { UnfitPhoto } from '../api/types';

/** In words, which masks had no effect where they were pasted; empty when all have. */
export function unfitInWords(unfit: readonly UnfitPhoto[]): string {
  const [first] = unfit;
  if (!first) return '';
  const names = [...new Set(unfit.flatMap((photo) => photo.masks))];
  const masks = names.map((name) => `“${name}”`).join(' and ');
  const where = unfit.length === 1 ? first.name : `${unfit.length} photos`;
  const [are, have] = names.length === 1 ? ['is a picture', 'has'] : ['are pictures', 'have'];
  return `${masks} ${are} of other proportions than ${where} and ${have} no effect there.`;
}
