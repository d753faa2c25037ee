/** The history as the panel lists it: the newest step first, the untouched photo last. */
import { t } from '../texts';

export interface Past {
  /** Index of the newest step in effect; 0 when none is. */
  position: number;
  /** Steps are counted from 1. */
  entries: readonly { index: number; label: string; at: string }[];
}

export interface Step {
  index: number;
  label: string;
  at: string;
  current: boolean;
  /** Taken back, and still there to be done again. */
  undone: boolean;
}

export function steps({ position, entries }: Past): Step[] {
  return [{ index: 0, label: t('Opened'), at: '' }, ...entries]
    .map(({ index, label, at }) => ({ index, label, at, current: index === position, undone: index > position }))
    .reverse();
}
