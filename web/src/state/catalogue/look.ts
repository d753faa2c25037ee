import { kept, like } from '../kept';

/** How the library is shown, kept in this browser. */
export interface Look {
  /** Smallest width of a cell of the grid, in pixels. */
  cell: number;
  /** A rating goes on to the next photo, as with Caps Lock. */
  advance: boolean;
  left: boolean;
  right: boolean;
  /** Folders that show what is in them. */
  open: readonly string[];
}

const FIRST: Look = { cell: 176, advance: false, left: true, right: true, open: [] };
export const SMALLEST = 96;
export const LARGEST = 420;

export const looks = kept<Look>('stillbytes.library', like(FIRST));
