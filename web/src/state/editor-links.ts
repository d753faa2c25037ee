/** What the editor tells the rest of the page. */
import type { Photo } from '../api/types';

export interface EditorLinks {
  /** The settings changed on this page: ask for a frame. */
  onchange: (draft: boolean, input: number | null) => void;
  /** Another photo is on its way. */
  onopening: (id: string) => void;
  /** Another photo, or the same one changed by the server. */
  onphoto: (photo: Photo, opened: boolean) => void;
  /** No photo is open any more: the one that was to come cannot be read. */
  onclosed: () => void;
  onfailed: (error: unknown) => void;
  onreachable: (reachable: boolean) => void;
}
