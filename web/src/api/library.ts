/** The library's routes, as verbs. They throw Refused when the server says no and TypeError when it cannot be reached. */
import { type Box, type Cell, written } from '../catalogue/atlas';
import { Records, type Preview } from '../catalogue/records';
import * as sdk from './generated';
import { reach, told } from './http';
import type {
  CaptionOffer,
  CataloguePhoto,
  CatalogueState,
  Collection,
  Described,
  Description,
  Directory,
  Job,
} from './types';

const loud = { throwOnError: true } as const;

export const getLibrary = (): Promise<CatalogueState> => told(sdk.getLibrary(loud));
export const getPhotos = async (photos: number[]): Promise<CataloguePhoto[]> =>
  (await told(sdk.listCataloguePhotos({ ...loud, body: { photos } }))).photos;
export const describe = (body: Description): Promise<Described> => told(sdk.describePhotos({ ...loud, body }));
export const getOffers = async (photos: number[]): Promise<CaptionOffer[]> =>
  (await told(sdk.listCaptionOffers({ ...loud, body: { photos } }))).offers;
export const suggestCaptions = (photos: number[], again: boolean): Promise<Job> =>
  told(sdk.suggestCaptions({ ...loud, body: { photos, again } }));
export const dismissCaptions = (body: sdk.CaptionsDismissal) => told(sdk.dismissCaptions({ ...loud, body }));
export const chooseCaptions = (itself: boolean) => told(sdk.chooseCaptions({ ...loud, body: { itself } }));
export const getDirectory = (path: string): Promise<Directory> => told(sdk.getDirectory({ ...loud, query: { path } }));
export const addFolder = (path: string): Promise<Job> => told(sdk.addFolder({ ...loud, body: { path } }));
export const removeFolder = (path: string) => told(sdk.removeFolder({ ...loud, query: { path } }));
export const update = (): Promise<Job> => told(sdk.updateLibrary(loud));
export const createCollection = (body: sdk.NewCollection): Promise<Collection> =>
  told(sdk.createCollection({ ...loud, body }));
export const changeCollection = (id: string, body: sdk.ChangedCollection) =>
  told(sdk.changeCollection({ ...loud, path: { id }, body }));
export const deleteCollection = (id: string) => told(sdk.deleteCollection({ ...loud, path: { id } }));

export interface Asked {
  query: string;
  sort: string;
  descending: boolean;
  tops: boolean;
  /** Tops of stacks that are open. */
  opened?: readonly number[];
  /** Sorted by likeness to this photo instead. */
  like?: number | null;
  /** The free words are what is meant. */
  meaning?: boolean;
}

export async function getOrder(asked: Asked): Promise<Uint32Array> {
  const { query, sort, descending, tops, opened = [], like, meaning } = asked;
  const search = new URLSearchParams({ query, sort, descending: String(descending), tops: String(tops) });
  for (const top of opened) search.append('opened', String(top));
  if (typeof like === 'number') search.set('like', String(like));
  if (meaning) search.set('meaning', 'true');
  return new Uint32Array(await (await reach(`/api/library/order?${search}`)).arrayBuffer());
}

type Placed = Pick<Asked, 'query' | 'tops' | 'opened' | 'meaning'>;

/** Where the photos were taken that a search asks for; without a box all over the world. */
export async function getPlaces({ opened = [], box, ...asked }: Placed & { zoom: number; box?: Box }): Promise<Cell[]> {
  const query = { ...asked, opened: [...opened], ...(box && { box: written(box) }) };
  return (await told(sdk.listPlaces({ ...loud, query }))).cells;
}

export const putOnTop = (photo: number) => told(sdk.putOnTop({ ...loud, body: { photo } }));

/** Previews, as they are made. Ends quietly when the signal says so. */
export async function streamPreviews(
  photos: readonly number[],
  tier: 'grid' | 'screen' | 'full',
  ahead: boolean,
  onpreview: (preview: Preview) => void,
  signal: AbortSignal,
): Promise<void> {
  try {
    const body = JSON.stringify({ photos, tier, ahead });
    const headers = { 'content-type': 'application/json' };
    const answer = await reach('/api/library/previews', { method: 'POST', body, headers, signal });
    const reader = answer.body?.getReader();
    const records = new Records();
    for (let part = await reader?.read(); part?.value; part = await reader?.read()) {
      for (const preview of records.push(part.value)) onpreview(preview);
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
