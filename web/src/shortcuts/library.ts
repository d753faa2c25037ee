/** The library's keys, Lightroom's where it has one. */
import type { Shortcut } from './table';
import { t } from '../texts';

type Stars = 0 | 1 | 2 | 3 | 4 | 5;
export type LibraryCommand =
  | 'grid'
  | 'loupe'
  | 'compare'
  | 'survey'
  | 'map'
  | 'map-fit'
  | 'develop'
  | `rate-${Stars}`
  | 'pick'
  | 'reject'
  | 'unflag'
  | `label-${'red' | 'yellow' | 'green' | 'blue'}`
  | 'advance'
  | 'left'
  | 'right'
  | 'up'
  | 'down'
  | 'page-up'
  | 'page-down'
  | 'to-first'
  | 'to-last'
  | 'extend-left'
  | 'extend-right'
  | 'extend-up'
  | 'extend-down'
  | 'select-one'
  | 'larger'
  | 'smaller'
  | 'search'
  | 'magnify'
  | 'promote'
  | 'dismiss'
  | 'into-loupe'
  | 'new-collection'
  | 'add-folder'
  | 'suggest-captions'
  | 'accept-captions'
  | 'import';

const HERE = { group: 'Library', during: 'library' } as const;
/** With one photo in front too, if it is of the library. */
const BOTH = { group: 'Library', during: ['develop', 'library'] } as const;

export const LIBRARY: readonly Shortcut[] = [
  { id: 'grid', keys: ['G'], says: t('Library: grid'), ...BOTH },
  { id: 'loupe', keys: ['E'], says: t('Library: one photo'), ...BOTH },
  { id: 'compare', keys: ['C'], says: t('Library: compare'), ...BOTH },
  { id: 'survey', keys: ['N'], says: t('Library: survey those that are selected'), ...BOTH },
  { id: 'map', keys: ['M'], says: t('Library: map'), ...BOTH },
  { id: 'map-fit', keys: ['Shift+M'], says: t('In the map: all photos'), ...HERE },
  { id: 'develop', keys: ['D'], says: t('Develop'), ...BOTH },
  { id: 'into-loupe', keys: ['Enter'], says: t('Larger: grid, one photo, every pixel'), ...HERE },
  { id: 'magnify', keys: ['Z', 'Space'], says: t('Fit or 100 %, linked in a comparison'), ...HERE },
  { id: 'left', keys: ['ArrowLeft'], says: t('Previous photo'), ...HERE },
  { id: 'right', keys: ['ArrowRight'], says: t('Next photo'), ...HERE },
  { id: 'up', keys: ['ArrowUp'], says: t('Photo above'), ...HERE },
  { id: 'down', keys: ['ArrowDown'], says: t('Photo below'), ...HERE },
  { id: 'extend-left', keys: ['Shift+ArrowLeft'], says: t('Select back to the previous photo'), ...HERE },
  { id: 'extend-right', keys: ['Shift+ArrowRight'], says: t('Select on to the next photo'), ...HERE },
  { id: 'extend-up', keys: ['Shift+ArrowUp'], says: t('Select up to the photo above'), ...HERE },
  { id: 'extend-down', keys: ['Shift+ArrowDown'], says: t('Select down to the photo below'), ...HERE },
  { id: 'page-up', keys: ['PageUp'], says: t('A screen up'), ...HERE },
  { id: 'page-down', keys: ['PageDown'], says: t('A screen down'), ...HERE },
  { id: 'to-first', keys: ['Home'], says: t('First photo'), ...HERE },
  { id: 'to-last', keys: ['End'], says: t('Last photo'), ...HERE },
  { id: 'select-one', keys: ['Mod+D'], says: t('Select the active photo only'), ...HERE },
  { id: 'rate-0', keys: ['0'], says: t('No stars'), ...BOTH },
  { id: 'rate-1', keys: ['1'], says: t('One star'), ...BOTH },
  { id: 'rate-2', keys: ['2'], says: t('Two stars'), ...BOTH },
  { id: 'rate-3', keys: ['3'], says: t('Three stars'), ...BOTH },
  { id: 'rate-4', keys: ['4'], says: t('Four stars'), ...BOTH },
  { id: 'rate-5', keys: ['5'], says: t('Five stars'), ...BOTH },
  { id: 'label-red', keys: ['6'], says: t('Red label, or none'), ...BOTH },
  { id: 'label-yellow', keys: ['7'], says: t('Yellow label, or none'), ...BOTH },
  { id: 'label-green', keys: ['8'], says: t('Green label, or none'), ...BOTH },
  { id: 'label-blue', keys: ['9'], says: t('Blue label, or none'), ...BOTH },
  { id: 'pick', keys: ['P'], says: t('Pick'), ...BOTH },
  { id: 'reject', keys: ['X'], says: t('Reject'), ...BOTH },
  { id: 'unflag', keys: ['U'], says: t('No flag'), ...BOTH },
  { id: 'advance', keys: ['Shift+A'], says: t('Go on to the next photo after rating (or Caps Lock)'), ...HERE },
  { id: 'larger', keys: ['=', '+'], says: t('Larger thumbnails, a nearer map'), ...HERE },
  { id: 'smaller', keys: ['-'], says: t('Smaller thumbnails, a farther map'), ...HERE },
  { id: 'search', keys: ['Mod+F'], says: t('Search'), ...HERE },
  { id: 'promote', keys: ['Mod+ArrowUp'], says: t('In a comparison: measure by this one'), ...HERE },
  { id: 'dismiss', keys: ['/'], says: t('In a survey: leave this one out'), ...HERE },
  { id: 'import', keys: ['Mod+Shift+I'], says: t('Import photos from a card or folder'), ...BOTH },
  { id: 'add-folder', keys: [], says: t('Add a folder to the library'), ...BOTH },
  { id: 'new-collection', keys: ['Mod+N'], says: t('New collection'), ...HERE },
  { id: 'suggest-captions', keys: ['Shift+K'], says: t('Suggest a caption and keywords'), ...HERE },
  { id: 'accept-captions', keys: ['Shift+Enter'], says: t('Accept all that is suggested'), ...HERE },
];
