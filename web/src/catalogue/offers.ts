/** What is suggested for photos, as far as it is still of use. */
import type { CaptionOffer, CataloguePhoto } from '../api/types';

export interface Offered {
  photo: CataloguePhoto;
  caption: string;
  keywords: readonly string[];
  language: string;
  /** Why there is nothing. */
  problem: string;
}

/** Without what the photo says by now. */
export function left(photo: CataloguePhoto, offer: CaptionOffer): Offered {
  const have = new Set(photo.keywords.map((path) => path.toLowerCase()));
  return {
    photo,
    caption: photo.caption ? '' : offer.caption,
    keywords: offer.keywords.filter((path) => !have.has(path.toLowerCase())),
    language: offer.language,
    problem: offer.problem,
  };
}

export function open(offered: Offered): boolean {
  return offered.caption !== '' || offered.keywords.length > 0;
}

/** The photo with everything accepted. */
export function accepted(offered: Offered): CataloguePhoto {
  const { photo, caption, keywords } = offered;
  return { ...photo, caption: caption || photo.caption, keywords: [...photo.keywords, ...keywords] };
}
